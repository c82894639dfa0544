-- K4, K5. Who is active at a period's end follows from the last purchase before it, and that one lies
-- in the customer's latest period with a purchase: its window of W days carries the customer through
-- all period ends before `active_until`. So every period with a purchase says, with its neighbours
-- alone, who arrived and who was lost, and in which period. The window NULL is the calendar reading
-- (K5): active in a period is who bought in it.
{{ config(materialized='view') }}

with customer_periods as (

    select * from {{ ref('customer_periods') }}

),

activity_windows as (

    {{ activity_windows() }}

),

stays as (

    select
        customer_periods.period_grain,
        activity_windows.window_days,
        customer_periods.period,
        customer_periods.next_period,
        customer_periods.previous_order_date is null as is_first,
        -- The first day on which the purchases up to then no longer make the customer active.
        coalesce(
            {{ add_days('customer_periods.previous_order_date', 'activity_windows.window_days') }}
            >= customer_periods.period,
            customer_periods.previous_order_date >= customer_periods.period_before,
            false
        ) as was_active,
        coalesce(
            {{ add_days('customer_periods.last_order_date', 'activity_windows.window_days') }},
            customer_periods.period_after
        ) as active_until,
        customer_periods.period_after
    from customer_periods
    cross join activity_windows

),

-- All that can happen to a customer from one purchase to the next, counted in one pass.
fates as (

    select
        period_grain,
        window_days,
        period,
        is_first,
        was_active,
        active_until >= period_after as is_active,
        -- The period at whose end the window has run out, unless the next purchase comes before.
        case
            when active_until >= period_after and (next_period is null or active_until < next_period)
                then {{ period_of_date('period_grain', 'active_until') }}
        end as lost_in,
        count(*) as customers
    from stays
    group by 1, 2, 3, 4, 5, 6, 7

),

moves as (

    select
        period_grain,
        window_days,
        period,
        case when is_first then customers else 0 end as n_new,
        case when is_first and is_active then customers else 0 end as n_new_active_end,
        case when not is_first and not was_active and is_active then customers else 0 end as reactivated,
        case when was_active and not is_active then customers else 0 end as lost
    from fates

    union all

    select
        period_grain,
        window_days,
        lost_in as period,
        0 as n_new,
        0 as n_new_active_end,
        0 as reactivated,
        customers as lost
    from fates
    where lost_in is not null

)

select
    period_grain,
    window_days,
    period,
    cast(sum(n_new) as bigint) as n_new,
    cast(sum(n_new_active_end) as bigint) as n_new_active_end,
    cast(sum(reactivated) as bigint) as reactivated,
    cast(sum(lost) as bigint) as lost
from moves
group by period_grain, window_days, period
