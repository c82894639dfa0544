with identities as (

    select * from {{ ref('identities') }}

)

select
    person_id as customer_id,
    customer_id as survivor_id,
    matched_by
from identities
