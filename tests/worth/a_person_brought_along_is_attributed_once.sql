-- Nobody's revenue is more than once among that of those who were recommended.
with totals as (

    select
        (select coalesce(sum(referred_revenue), 0) from {{ ref('significance') }}) as attributed,
        (select coalesce(sum(revenue), 0) from {{ ref('recommendations') }}) as recommended,
        (
            select coalesce(sum(facts.revenue), 0)
            from {{ ref('customer_facts') }} as facts
            where
                facts.customer_id in (
                    select recommendations.referred_id from {{ ref('recommendations') }} as recommendations
                )
        ) as of_those_brought

)

select *
from totals
where attributed <> recommended or attributed > of_those_brought
