-- What a month does to those on each rung, and who comes, by the moves of the last months known at each origin.
-- A rung on which nobody began a month keeps whom it has.
{{ config(materialized='view') }}

with moves as (

    select * from {{ ref('forecast_moves') }}

),

forecast_months as (

    select * from {{ ref('forecast_months') }}

),

rungs as (

    {{ rungs_relation() }}

),

starters as (

    select
        ladder,
        origin_month,
        from_rung,
        sum(customers) as customers
    from moves
    where from_rung <> 'not on the ladder'
    group by ladder, origin_month, from_rung

),

starts as (

    select
        ladder,
        rung
    from rungs

    union all

    select distinct
        ladder,
        'not on the ladder' as rung
    from rungs

),

pairs as (

    select
        forecast_months.origin_month,
        forecast_months.months_counted,
        rungs.ladder,
        starts.rung as from_rung,
        rungs.rung as to_rung
    from forecast_months
    cross join rungs
    inner join starts
        on rungs.ladder = starts.ladder

)

select
    pairs.ladder,
    pairs.origin_month,
    pairs.from_rung,
    pairs.to_rung,
    case
        when pairs.from_rung = 'not on the ladder'
            then {{ ratio('coalesce(moves.customers, 0)', 'pairs.months_counted') }}
        when starters.customers > 0 then {{ ratio('coalesce(moves.customers, 0)', 'starters.customers') }}
        when pairs.from_rung = pairs.to_rung then 1
        else 0
    end as per_month
from pairs
left join moves
    on
        pairs.ladder = moves.ladder
        and pairs.origin_month = moves.origin_month
        and pairs.from_rung = moves.from_rung
        and pairs.to_rung = moves.to_rung
left join starters
    on
        pairs.ladder = starters.ladder
        and pairs.origin_month = starters.origin_month
        and pairs.from_rung = starters.from_rung
