-- K2, the month and the quarter triangle. Each is complete: a period in which nobody of a cohort
-- bought is a row of zeros, not a missing row.
with cells as (

    select * from {{ ref('cohort_cells') }}

),

activity as (

    select * from {{ ref('cohort_activity') }}

),

counted as (

    select
        cells.*,
        coalesce(activity.active, 0) as active,
        coalesce(activity.orders, 0) as orders,
        cast(coalesce(activity.revenue, 0) as decimal(28, 2)) as revenue,
        -- Whoever has not bought for the last time before.
        cast(
            sum(cells.departed) over (
                partition by cells.period_grain, cells.cohort order by cells.period desc
                rows between unbounded preceding and current row
            ) as bigint
        ) as active_on_or_after
    from cells
    left join activity
        on
            cells.period_grain = activity.period_grain
            and cells.cohort = activity.cohort
            and cells.period = activity.period

)

select
    period_grain,
    cohort,
    age,
    period,
    cohort_size,
    active,
    {{ ratio('active', 'cohort_size') }} as retention,
    active_on_or_after,
    {{ ratio('active_on_or_after', 'cohort_size') }} as retention_unbounded,
    orders,
    revenue,
    cast(
        sum(revenue) over (
            partition by period_grain, cohort order by period
            rows between unbounded preceding and current row
        ) as decimal(28, 2)
    ) as cum_revenue,
    is_complete
from counted
