-- The moves of the months that are known at each origin, together. Who lapses without leaving the rung stays on it.
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

)

select
    moves.ladder,
    forecast_months.origin_month,
    moves.from_rung,
    moves.to_rung,
    cast(sum(moves.customers) as bigint) as customers
from forecast_months
inner join moves
    on
        forecast_months.counted_since <= moves.month
        and forecast_months.origin_month >= moves.month
group by moves.ladder, forecast_months.origin_month, moves.from_rung, moves.to_rung
