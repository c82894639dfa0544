-- S3-14: who is still active so many days after the first arrival at a rung, by the curve of rung_survival.
with survival as (

    select * from {{ ref('rung_survival') }}

),

customer_rungs as (

    {{ customer_rungs_relation() }}

),

horizons as (

    {% for days in var('rung_retention_days') -%}
    select {{ days }} as horizon_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted as (

    select
        customer_rungs.ladder,
        customer_rungs.rung_no,
        customer_rungs.rung,
        horizons.horizon_days,
        coalesce(sum(survival.lapses + survival.censored), 0) as entered,
        coalesce(sum(case when survival.days <= horizons.horizon_days then survival.lapses end), 0) as lapses,
        coalesce(sum(case when survival.days < horizons.horizon_days then survival.censored end), 0) as censored,
        max(case when survival.days <= horizons.horizon_days then survival.days end) as last_day
    from customer_rungs
    cross join horizons
    left join survival
        on
            customer_rungs.ladder = survival.ladder
            and customer_rungs.rung_no = survival.rung_no
    group by customer_rungs.ladder, customer_rungs.rung_no, customer_rungs.rung, horizons.horizon_days

),

-- The curve is what it was on its last day; before its first day nobody has lapsed.
looked_up as (

    select
        counted.*,
        counted.entered - counted.lapses - counted.censored as at_risk,
        case when counted.last_day is null then 1 else survival.survival end as survival,
        case when counted.last_day is null then 0 else survival.standard_error end as standard_error
    from counted
    left join survival
        on
            counted.ladder = survival.ladder
            and counted.rung_no = survival.rung_no
            and counted.last_day = survival.days

)

-- Where nobody is left to be followed, only a curve that has come down to 0 says what holds.
select
    ladder,
    rung_no,
    rung,
    horizon_days,
    cast(entered as bigint) as entered,
    cast(lapses as bigint) as lapses,
    cast(censored as bigint) as censored,
    cast(at_risk as bigint) as at_risk,
    case when at_risk > 0 or (entered > 0 and survival = 0) then cast(survival as double) end as survival,
    case when at_risk > 0 then cast(standard_error as double) end as standard_error
from looked_up
