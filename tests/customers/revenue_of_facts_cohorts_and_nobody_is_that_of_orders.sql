-- Identity 2: every mart that splits revenue has all of it.
with totals as (

    select
        (select coalesce(sum(revenue), 0) from {{ ref('orders') }} where customer_id is not null) as of_orders,
        (select coalesce(sum(revenue), 0) from {{ ref('customer_facts') }}) as of_facts,
        (select coalesce(sum(revenue), 0) from {{ ref('customer_months') }}) as of_months,
        (
            select coalesce(sum(revenue), 0) from {{ ref('cohort_retention') }} where period_grain = 'month'
        ) as of_months_of_cohorts,
        (
            select coalesce(sum(revenue), 0) from {{ ref('cohort_retention') }} where period_grain = 'quarter'
        ) as of_quarters_of_cohorts,
        (
            select coalesce(sum(revenue), 0) from {{ ref('ladder_distribution') }} where ladder = 'canonical'
        ) as of_rungs,
        (select coalesce(sum(revenue), 0) from {{ ref('abc_xyz_customers') }}) as of_classes

)

select *
from totals
where
    of_orders <> of_facts
    or of_orders <> of_months
    or of_orders <> of_months_of_cohorts
    or of_orders <> of_quarters_of_cohorts
    or of_orders <> of_rungs
    or of_orders <> of_classes
