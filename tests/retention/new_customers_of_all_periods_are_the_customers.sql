-- Every customer is new exactly once, in a cohort and, if the period is complete, in the CRR table.
with cohorts as (

    select
        period_grain,
        period,
        cohort_size
    from {{ ref('cohort_retention') }}
    where age = 0

),

customers as (

    select count(*) as customers from {{ ref('customer_facts') }}

)

select
    'cohorts' as mart,
    cohorts.period_grain,
    sum(cohorts.cohort_size) as found,
    max(customers.customers) as expected
from cohorts
cross join customers
group by cohorts.period_grain
having sum(cohorts.cohort_size) <> max(customers.customers)

union all

select
    'customer_retention' as mart,
    retention.period_grain,
    retention.n_new as found,
    coalesce(cohorts.cohort_size, 0) as expected
from {{ ref('customer_retention') }} as retention
left join cohorts
    on
        retention.period_grain = cohorts.period_grain
        and retention.period = cohorts.period
where retention.n_new <> coalesce(cohorts.cohort_size, 0)
