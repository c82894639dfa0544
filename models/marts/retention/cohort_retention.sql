-- K2, the month and the quarter triangle. Each is complete: a period in which nobody of a cohort
-- bought is a row of zeros, not a missing row.
with customer_months as (

    select * from {{ ref('customer_months') }}

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

customer_periods as (

    select
        grains.period_grain,
        grains.months_per_period,
        customer_months.customer_id,
        {{ period_of_month('grains.period_grain', 'customer_months.month') }} as period,
        sum(customer_months.orders) as orders,
        sum(customer_months.revenue) as revenue
    from customer_months
    cross join grains
    group by 1, 2, 3, 4

),

customers as (

    select
        period_grain,
        months_per_period,
        customer_id,
        min(period) as cohort,
        max(period) as last_period
    from customer_periods
    group by period_grain, months_per_period, customer_id

),

cohorts as (

    select
        period_grain,
        months_per_period,
        cohort,
        count(*) as cohort_size
    from customers
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
            and {{ period_of_month('cohorts.period_grain', 'calendar_months.month') }} = calendar_months.month

),

active_by_cell as (

    select
        customers.period_grain,
        customers.cohort,
        customer_periods.period,
        count(*) as active,
        sum(customer_periods.orders) as orders,
        sum(customer_periods.revenue) as revenue
    from customer_periods
    inner join customers
        on
            customer_periods.customer_id = customers.customer_id
            and customer_periods.period_grain = customers.period_grain
    group by customers.period_grain, customers.cohort, customer_periods.period

),

last_seen_by_cell as (

    select
        period_grain,
        cohort,
        last_period as period,
        count(*) as last_seen
    from customers
    group by period_grain, cohort, last_period

),

counted as (

    select
        cells.*,
        coalesce(active_by_cell.active, 0) as active,
        coalesce(active_by_cell.orders, 0) as orders,
        coalesce(active_by_cell.revenue, 0) as revenue,
        sum(coalesce(last_seen_by_cell.last_seen, 0)) over (
            partition by cells.period_grain, cells.cohort order by cells.period desc
            rows between unbounded preceding and current row
        ) as active_on_or_after
    from cells
    left join active_by_cell
        on
            cells.period_grain = active_by_cell.period_grain
            and cells.cohort = active_by_cell.cohort
            and cells.period = active_by_cell.period
    left join last_seen_by_cell
        on
            cells.period_grain = last_seen_by_cell.period_grain
            and cells.cohort = last_seen_by_cell.cohort
            and cells.period = last_seen_by_cell.period

)

select
    counted.period_grain,
    counted.cohort,
    cast(counted.months_since / counted.months_per_period as bigint) as age,
    counted.period,
    counted.cohort_size,
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
