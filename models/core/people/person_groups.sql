-- Raw persons that are one by the keys they share, directly or over others.
with components as (

    {{ connected_components(ref('person_links')) }}

)

select
    node_id as person_id,
    component_id as group_id,
    count(*) over (partition by component_id) as people
from components
