-- Payments that may pay for the same orders, directly or over others. Their orders need no place in the graph: an
-- order is in the group of whatever payments name it.
with components as (

    {{ connected_components(ref('payment_links')) }}

)

select
    node_id as transaction_id,
    component_id as group_id
from components
