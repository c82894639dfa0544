with horizons as (

    select
        ladder,
        rung_no,
        horizon_days,
        lapses,
        at_risk,
        survival,
        lag(survival) over by_horizon as survival_before,
        lag(lapses) over by_horizon as lapses_before,
        lag(at_risk) over by_horizon as at_risk_before
    from {{ ref('rung_retention') }}
    window by_horizon as (partition by ladder, rung_no order by horizon_days)

)

select
    ladder,
    rung_no,
    horizon_days,
    survival,
    survival_before
from horizons
where
    survival > survival_before
    or (survival is not null and survival_before is null and lapses_before is not null)
    or lapses < lapses_before
    or at_risk > at_risk_before
