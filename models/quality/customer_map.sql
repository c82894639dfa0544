-- Until identities are merged, each raw id is its own survivor.
with customers as (

    select * from {{ ref('customers') }}

)

select
    customer_id,
    customer_id as survivor_id,
    'own_id' as matched_by
from customers
