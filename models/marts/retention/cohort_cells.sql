-- K2. The cells of the month and the quarter triangle, quiet ones too, and how many of a cohort bought for
-- the last time in each.
{{ config(materialized='view') }}

with customer_facts as (

    select * from {{ ref('customer_facts') }}

),

calendar_months as (

    select * from {{ ref('calendar_months') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

grains as (

    {{ grains() }}

),

-- Seen once per customer: cohorts from first orders, and where the unbounded curve falls from last ones.
departures as (

    select
        grains.period_grain,
        grains.months_per_period,
        {{ period_of_date('grains.period_grain', 'customer_facts.first_order_date') }} as cohort,
        {{ period_of_date('grains.period_grain', 'customer_facts.last_order_date') }} as last_period,
        count(*) as customers
    from customer_facts
    cross join grains
    group by 1, 2, 3, 4

),

cohorts as (

    select
        period_grain,
        months_per_period,
        cohort,
        cast(sum(customers) as bigint) as cohort_size
    from departures
    group by period_grain, months_per_period, cohort

)

select
    cohorts.period_grain,
    cohorts.cohort,
    calendar_months.month as period,
    cast(
        ({{ month_index('calendar_months.month') }} - {{ month_index('cohorts.cohort') }}) / cohorts.months_per_period
        as bigint
    ) as age,
    cohorts.cohort_size,
    coalesce(departures.customers, 0) as departed,
    {{ add_days(add_months('calendar_months.month', 'cohorts.months_per_period'), -1) }} <= run_context.as_of_date
        as is_complete
from cohorts
inner join calendar_months
    on
        cohorts.cohort <= calendar_months.month
        and {{ period_of_date('cohorts.period_grain', 'calendar_months.month') }} = calendar_months.month
left join departures
    on
        cohorts.period_grain = departures.period_grain
        and cohorts.cohort = departures.cohort
        and calendar_months.month = departures.last_period
cross join run_context
