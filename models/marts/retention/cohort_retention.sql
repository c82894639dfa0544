-- K2, the month and the quarter triangle. Each is complete: a period in which nobody of a cohort
-- bought is a row of zeros, not a missing row.
with customer_months as (

    select * from {{ ref('customer_months') }}

),

customer_facts as (

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
cohorts_by_last_period as (

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
        sum(customers) as cohort_size
    from cohorts_by_last_period
    group by period_grain, months_per_period, cohort

),

cells as (

    select
        cohorts.*,
        calendar_months.month as period,
        {{ month_index('calendar_months.month') }} - {{ month_index('cohorts.cohort') }} as months_since
    from cohorts
    inner join calendar_months
        on
            cohorts.cohort <= calendar_months.month
            and {{ period_of_date('cohorts.period_grain', 'calendar_months.month') }} = calendar_months.month

),

months_with_cohort as (

    select
        customer_facts.first_order_date,
        customer_months.month,
        customer_months.orders,
        customer_months.revenue,
        -- The month that stands for its quarter when customers are counted: their last one in it.
        customer_months.next_month is null
        or {{ period_start('quarter', 'customer_months.next_month') }}
        <> {{ period_start('quarter', 'customer_months.month') }} as is_last_of_quarter
    from customer_months
    inner join customer_facts
        on customer_months.customer_id = customer_facts.customer_id

),

active_by_cell as (

    select
        'month' as period_grain,
        {{ period_start('month', 'first_order_date') }} as cohort,
        month as period,
        count(*) as active,
        sum(orders) as orders,
        sum(revenue) as revenue
    from months_with_cohort
    group by 2, 3

    union all

    select
        'quarter' as period_grain,
        {{ period_start('quarter', 'first_order_date') }} as cohort,
        {{ period_start('quarter', 'month') }} as period,
        count(*) filter (where is_last_of_quarter) as active,
        sum(orders) as orders,
        sum(revenue) as revenue
    from months_with_cohort
    group by 2, 3

),

counted as (

    select
        cells.*,
        coalesce(active_by_cell.active, 0) as active,
        coalesce(active_by_cell.orders, 0) as orders,
        coalesce(active_by_cell.revenue, 0) as revenue,
        sum(coalesce(cohorts_by_last_period.customers, 0)) over (
            partition by cells.period_grain, cells.cohort order by cells.period desc
            rows between unbounded preceding and current row
        ) as active_on_or_after
    from cells
    left join active_by_cell
        on
            cells.period_grain = active_by_cell.period_grain
            and cells.cohort = active_by_cell.cohort
            and cells.period = active_by_cell.period
    left join cohorts_by_last_period
        on
            cells.period_grain = cohorts_by_last_period.period_grain
            and cells.cohort = cohorts_by_last_period.cohort
            and cells.period = cohorts_by_last_period.last_period

)

select
    counted.period_grain,
    counted.cohort,
    cast(counted.months_since / counted.months_per_period as bigint) as age,
    counted.period,
    cast(counted.cohort_size as bigint) as cohort_size,
    counted.active,
    {{ ratio('counted.active', 'counted.cohort_size') }} as retention,
    cast(counted.active_on_or_after as bigint) as active_on_or_after,
    {{ ratio('counted.active_on_or_after', 'counted.cohort_size') }} as retention_unbounded,
    cast(counted.orders as bigint) as orders,
    cast(counted.revenue as decimal(28, 2)) as revenue,
    cast(
        sum(counted.revenue) over (
            partition by counted.period_grain, counted.cohort order by counted.period
            rows between unbounded preceding and current row
        ) as decimal(28, 2)
    ) as cum_revenue,
    {{ add_days(add_months('counted.period', 'counted.months_per_period'), -1) }} <= run_context.as_of_date
        as is_complete
from counted
cross join run_context
