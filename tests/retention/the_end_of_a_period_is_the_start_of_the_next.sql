-- Identity 3: E(p) = S(p + 1).
with periods as (

    select
        *,
        lag(e_end) over (
            partition by period_grain, window_days order by period
        ) as previous_e_end
    from {{ ref('customer_retention') }}

)

select
    period_grain,
    period,
    window_days,
    s_start,
    previous_e_end
from periods
where s_start <> coalesce(previous_e_end, 0)
