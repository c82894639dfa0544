-- What a month does to those on each rung, and who comes, by the moves of the last months known at each origin.
-- Who lapses without leaving the rung stays on it. A rung on which nobody began a month keeps whom it has.
{{ config(materialized='view') }}

with transitions as (

    select * from {{ ref('ladder_transitions') }}

),

undated_people as (

    select * from {{ ref('undated_people') }}

),

forecast_months as (

    select * from {{ ref('forecast_months') }}

),

rungs as (

    {{ rungs_relation() }}

),

moves as (

    select
        ladder,
        month,
        from_rung,
        case when to_rung in ('no change', 'lapsed') then from_rung else to_rung end as to_rung,
        customers
    from transitions

    union all

    select
        ladder,
        month,
        'not on the ladder' as from_rung,
        rung as to_rung,
        -customers as customers
    from undated_people

),

counted as (

    select
        moves.ladder,
        forecast_months.origin_month,
        moves.from_rung,
        moves.to_rung,
        sum(moves.customers) as customers
    from forecast_months
    inner join moves
        on
            forecast_months.counted_since <= moves.month
            and forecast_months.origin_month >= moves.month
    group by moves.ladder, forecast_months.origin_month, moves.from_rung, moves.to_rung

),

starters as (

    select
        ladder,
        origin_month,
        from_rung,
        sum(customers) as customers
    from counted
    where from_rung <> 'not on the ladder'
    group by ladder, origin_month, from_rung

),

pairs as (

    select
        forecast_months.origin_month,
        forecast_months.months_counted,
        to_rungs.ladder,
        from_rungs.rung as from_rung,
        to_rungs.rung as to_rung
    from forecast_months
    cross join rungs as to_rungs
    inner join (
        select ladder, rung from rungs
        union all
        select distinct ladder, 'not on the ladder' as rung from rungs
    ) as from_rungs
        on to_rungs.ladder = from_rungs.ladder

)

select
    pairs.ladder,
    pairs.origin_month,
    pairs.from_rung,
    pairs.to_rung,
    case
        when pairs.from_rung = 'not on the ladder'
            then {{ ratio('coalesce(counted.customers, 0)', 'pairs.months_counted') }}
        when starters.customers > 0 then {{ ratio('coalesce(counted.customers, 0)', 'starters.customers') }}
        when pairs.from_rung = pairs.to_rung then 1
        else 0
    end as per_month
from pairs
left join counted
    on
        pairs.ladder = counted.ladder
        and pairs.origin_month = counted.origin_month
        and pairs.from_rung = counted.from_rung
        and pairs.to_rung = counted.to_rung
left join starters
    on
        pairs.ladder = starters.ladder
        and pairs.origin_month = starters.origin_month
        and pairs.from_rung = starters.from_rung
