-- The breaks of trust of a customer in one row; open is what no purchase has followed.
{{ config(materialized='view') }}

with breaks as (

    select
        *,
        row_number() over (
            partition by customer_id order by restored_on nulls first, broke_on, cause
        ) as place
    from {{ ref('trust_breaks') }}

)

select
    customer_id,
    count(*) as trust_breaks,
    min(case when restored_on is null then broke_on end) as broken_since,
    min(case when place = 1 and restored_on is null then cause end) as broken_by,
    max(broke_on) as last_broke_on,
    max(restored_on) as last_restored_on
from breaks
group by customer_id
