-- One shop, one month, several answers: CRR by the formula and strict, for each activity window. The
-- formula exceeds 1 where lapsed customers return; a short window makes everybody look lost.
select
    period,
    coalesce(cast(window_days as {{ dbt.type_string() }}), 'bought in the month') as active_means,
    s_start,
    e_end,
    n_new,
    reactivated,
    crr_formula,
    crr_strict,
    left_censored
from {{ ref('customer_retention') }}
where period_grain = 'month'
order by period desc, window_days asc
limit 12
