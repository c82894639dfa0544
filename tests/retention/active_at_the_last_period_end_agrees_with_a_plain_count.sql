-- The counting by arrivals and losses, held to the definition itself: an order within W days up to the date.
with last_periods as (

    select
        period_grain,
        window_days,
        max(period) as period
    from {{ ref('customer_retention') }}
    where window_days is not null
    group by period_grain, window_days

),

period_ends as (

    select
        *,
        {{ add_days(add_months('period', "case period_grain when 'quarter' then 3 else 1 end"), -1) }} as period_end
    from last_periods

),

counted as (

    select
        period_ends.period_grain,
        period_ends.window_days,
        period_ends.period,
        count(distinct days.customer_id) as customers
    from period_ends
    left join {{ ref('customer_days') }} as days
        on
            period_ends.period_end >= days.order_date
            and days.order_date > {{ add_days('period_ends.period_end', '-period_ends.window_days') }}
    group by period_ends.period_grain, period_ends.window_days, period_ends.period

)

select
    counted.*,
    retention.e_end
from counted
inner join {{ ref('customer_retention') }} as retention
    on
        counted.period_grain = retention.period_grain
        and counted.period = retention.period
        and counted.window_days = retention.window_days
where counted.customers <> retention.e_end
