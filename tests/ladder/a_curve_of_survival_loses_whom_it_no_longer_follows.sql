-- Who is at risk on a day of the curve is whoever was at risk on the day before and neither lapsed nor got out of
-- sight on it; in the end there is nobody.
with days as (

    select
        ladder,
        rung_no,
        days,
        at_risk,
        lapses,
        censored,
        survival,
        lead(at_risk, 1, 0) over by_day as at_risk_next,
        lag(survival, 1, cast(1 as double)) over by_day as survival_before
    from {{ ref('rung_survival') }}
    window by_day as (partition by ladder, rung_no order by days)

)

select
    ladder,
    rung_no,
    days,
    at_risk,
    at_risk_next,
    survival,
    survival_before
from days
where
    at_risk - lapses - censored <> at_risk_next
    or survival > survival_before
    or abs(survival - survival_before * (at_risk - lapses) / at_risk) > 1e-9
