-- K4, K5. The complete periods from the first order on, for every activity window; NULL is the calendar
-- reading.
{{ config(materialized='view') }}

with calendar_months as (

    select * from {{ ref('calendar_months') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

grains as (

    {{ grains() }}

),

activity_windows as (

    {{ activity_windows() }}

)

select
    grains.period_grain,
    cast(activity_windows.window_days as integer) as window_days,
    calendar_months.month as period,
    case
        when activity_windows.window_days is null
            then {{ add_months('calendar_months.month', '-grains.months_per_period') }}
        else {{ add_days('calendar_months.month', '-activity_windows.window_days') }}
    end < run_context.first_order_date as left_censored
from calendar_months
cross join grains
cross join activity_windows
cross join run_context
where
    {{ period_of_date('grains.period_grain', 'calendar_months.month') }} = calendar_months.month
    and calendar_months.month >= {{ period_of_date('grains.period_grain', 'run_context.first_order_date') }}
    and {{ add_days(add_months('calendar_months.month', 'grains.months_per_period'), -1) }}
    <= run_context.as_of_date
