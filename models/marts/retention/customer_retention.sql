-- K4, K5. Who is active at a period's end follows from the last purchase before it, and that one lies
-- in the customer's latest month with a purchase: its window of W days carries the customer through
-- all period ends up to `active_through`. So every month with a purchase says, with its predecessor
-- alone, who arrived and who was lost, and in which period. The window NULL is the calendar reading
-- (K5): active in a period is who bought in it.
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

activity_windows as (

    {% for days in retention_windows() -%}
    select {{ days }} as window_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A month knows its neighbours; a quarter's are those of its first and last month, unless they lie in
-- the quarter themselves.
neighbours as (

    select
        'month' as period_grain,
        1 as months_per_period,
        {{ period_index(1, 'month') }} as period_no,
        last_order_date,
        previous_order_date,
        {{ period_index(1, 'previous_order_date') }} as previous_no,
        {{ period_index(1, 'next_month') }} as next_no
    from customer_months

    union all

    select
        'quarter' as period_grain,
        3 as months_per_period,
        {{ period_index(3, 'quarter') }} as period_no,
        last_order_date,
        previous_order_date,
        {{ period_index(3, 'previous_order_date') }} as previous_no,
        {{ period_index(3, 'next_month') }} as next_no
    from (
        select
            {{ period_start('quarter', 'month') }} as quarter,
            max(last_order_date) as last_order_date,
            case when min(previous_order_date) < min(month) then min(previous_order_date) end
                as previous_order_date,
            case when count(*) = count(next_month) then max(next_month) end as next_month
        from customer_months
        group by customer_id, {{ period_start('quarter', 'month') }}
    ) as customer_quarters

),

stays as (

    select
        neighbours.period_grain,
        activity_windows.window_days,
        neighbours.period_no,
        neighbours.previous_no is null as is_first,
        neighbours.next_no,
        {{ active_through('neighbours.last_order_date', 'neighbours.period_no') }} as active_through,
        coalesce(
            {{ active_through('neighbours.previous_order_date', 'neighbours.previous_no') }}
            >= neighbours.period_no - 1, false
        ) as was_active
    from neighbours
    cross join activity_windows

),

-- All that can happen to a customer from one purchase to the next, counted in one pass.
fates as (

    select
        period_grain,
        window_days,
        period_no,
        is_first,
        was_active,
        active_through >= period_no as is_active,
        -- The period at whose end the window has run out, unless the next purchase comes before.
        case
            when active_through >= period_no and (next_no is null or active_through + 1 < next_no)
                then active_through + 1
        end as lost_no,
        count(*) as customers
    from stays
    group by 1, 2, 3, 4, 5, 6, 7

),

moves as (

    select
        period_grain,
        window_days,
        period_no,
        case when is_first then customers else 0 end as n_new,
        case when is_first and is_active then customers else 0 end as n_new_active_end,
        case when not is_first and not was_active and is_active then customers else 0 end as reactivated,
        case when was_active and not is_active then customers else 0 end as lost
    from fates

    union all

    select
        period_grain,
        window_days,
        lost_no as period_no,
        0 as n_new,
        0 as n_new_active_end,
        0 as reactivated,
        customers as lost
    from fates
    where lost_no is not null

),

moves_by_period as (

    select
        period_grain,
        window_days,
        period_no,
        sum(n_new) as n_new,
        sum(n_new_active_end) as n_new_active_end,
        sum(reactivated) as reactivated,
        sum(lost) as lost
    from moves
    group by period_grain, window_days, period_no

),

periods as (

    select
        grains.period_grain,
        grains.months_per_period,
        activity_windows.window_days,
        calendar_months.month as period,
        {{ period_index('grains.months_per_period', 'calendar_months.month') }} as period_no,
        run_context.first_order_date
    from calendar_months
    cross join grains
    cross join activity_windows
    cross join run_context
    where
        {{ period_of_date('grains.period_grain', 'calendar_months.month') }} = calendar_months.month
        and calendar_months.month >= {{ period_of_date('grains.period_grain', 'run_context.first_order_date') }}
        and {{ add_days(add_months('calendar_months.month', 'grains.months_per_period'), -1) }}
        <= run_context.as_of_date

),

counted as (

    select
        periods.*,
        cast(coalesce(moves_by_period.n_new, 0) as bigint) as n_new,
        cast(coalesce(moves_by_period.n_new_active_end, 0) as bigint) as n_new_active_end,
        cast(coalesce(moves_by_period.reactivated, 0) as bigint) as reactivated,
        cast(coalesce(moves_by_period.lost, 0) as bigint) as lost,
        cast(
            sum(
                coalesce(moves_by_period.n_new_active_end, 0) + coalesce(moves_by_period.reactivated, 0)
                - coalesce(moves_by_period.lost, 0)
            ) over (
                partition by periods.period_grain, periods.window_days order by periods.period_no
                rows between unbounded preceding and current row
            ) as bigint
        ) as e_end
    from periods
    left join moves_by_period
        on
            periods.period_grain = moves_by_period.period_grain
            and periods.window_days is not distinct from moves_by_period.window_days
            and periods.period_no = moves_by_period.period_no

),

balanced as (

    select
        *,
        e_end - n_new_active_end - reactivated as retained,
        e_end - n_new_active_end - reactivated + lost as s_start
    from counted

)

select
    period_grain,
    period,
    cast(window_days as integer) as window_days,
    s_start,
    e_end,
    n_new,
    n_new_active_end,
    retained,
    reactivated,
    lost,
    {{ ratio('e_end - n_new', 's_start') }} as crr_formula,
    {{ ratio('e_end - n_new_active_end', 's_start') }} as crr_adjusted,
    {{ ratio('retained', 's_start') }} as crr_strict,
    {{ ratio('lost', 's_start') }} as churn,
    case
        when window_days is null then {{ add_months('period', '-months_per_period') }}
        else {{ add_days('period', '-window_days') }}
    end < first_order_date as left_censored
from balanced
