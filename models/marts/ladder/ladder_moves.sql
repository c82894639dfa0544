-- From the rung at the end of one month to the rung at the end of the next: who changed, counted from the
-- states of the month. Everyone else has not changed.
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('ladder_states') }}

),

rungs as (

    {{ rungs_relation() }}

),

months_with_a_change as (

    select
        customer_id,
        {{ period_start('month', 'valid_from') }} as month,
        {% for ladder in var('ladders') -%}
        -- -1 stands for no rung: min_by and max_by pass over NULLs.
        min_by(coalesce({{ ladder }}_previous_no, -1), valid_from) as {{ ladder }}_from_no,
        max_by(coalesce({{ ladder }}_rung_no, -1), valid_from) as {{ ladder }}_to_no,
        {% endfor -%}
        min_by(was_active, valid_from) and not max_by(is_active, valid_from) as is_lapsed
    from states
    group by customer_id, {{ period_start('month', 'valid_from') }}

),

movers as (

    {% for ladder in var('ladders') -%}
    select
        '{{ ladder }}' as ladder,
        month,
        {{ ladder }}_from_no as from_no,
        {{ ladder }}_to_no as to_no,
        count(*) as customers
    from months_with_a_change
    where {{ ladder }}_from_no <> {{ ladder }}_to_no or ({{ ladder }}_to_no >= 0 and is_lapsed)
    group by 2, 3, 4
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    movers.ladder,
    movers.month,
    coalesce(from_rungs.rung, 'not on the ladder') as from_rung,
    case
        when movers.from_no = movers.to_no then 'lapsed'
        else coalesce(to_rungs.rung, 'not on the ladder')
    end as to_rung,
    movers.customers
from movers
left join rungs as from_rungs
    on
        movers.ladder = from_rungs.ladder
        and movers.from_no = from_rungs.rung_no
left join rungs as to_rungs
    on
        movers.ladder = to_rungs.ladder
        and movers.to_no = to_rungs.rung_no
