-- K4, K5. The balance of every complete period: who was active at its start, who came and went, who is
-- active at its end; and the rates.
with periods as (

    select * from {{ ref('retention_periods') }}

),

moves as (

    select * from {{ ref('retention_moves') }}

),

counted as (

    select
        periods.*,
        coalesce(moves.n_new, 0) as n_new,
        coalesce(moves.n_new_active_end, 0) as n_new_active_end,
        coalesce(moves.reactivated, 0) as reactivated,
        coalesce(moves.lost, 0) as lost
    from periods
    left join moves
        on
            periods.period_grain = moves.period_grain
            and periods.window_days is not distinct from moves.window_days
            and periods.period = moves.period

),

summed as (

    select
        *,
        cast(
            sum(n_new_active_end + reactivated - lost) over (
                partition by period_grain, window_days order by period
                rows between unbounded preceding and current row
            ) as bigint
        ) as e_end
    from counted

),

balanced as (

    select
        *,
        e_end - n_new_active_end - reactivated as retained,
        e_end - n_new_active_end - reactivated + lost as s_start
    from summed

)

select
    period_grain,
    period,
    window_days,
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
    left_censored
from balanced
