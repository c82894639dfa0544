-- From the rung at the end of one month to the rung at the end of the next. Who changed is counted from
-- the states of the month; everyone else has not changed. Shares are of those who started on a rung.
with states as (

    select * from {{ ref('ladder_states') }}

),

distribution as (

    select * from {{ ref('ladder_distribution') }}

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
        is_lapsed,
        count(*) as customers
    from months_with_a_change
    where {{ ladder }}_from_no <> {{ ladder }}_to_no or ({{ ladder }}_to_no >= 0 and is_lapsed)
    group by 2, 3, 4, 5
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

moves as (

    select
        movers.ladder,
        movers.month,
        coalesce(from_rungs.rung, 'not on the ladder') as from_rung,
        case
            when movers.from_no = movers.to_no then 'lapsed'
            else coalesce(to_rungs.rung, 'not on the ladder')
        end as to_rung,
        sum(movers.customers) as customers
    from movers
    left join rungs as from_rungs
        on
            movers.ladder = from_rungs.ladder
            and movers.from_no = from_rungs.rung_no
    left join rungs as to_rungs
        on
            movers.ladder = to_rungs.ladder
            and movers.to_no = to_rungs.rung_no
    group by 1, 2, 3, 4

),

moves_by_origin as (

    select
        ladder,
        month,
        from_rung,
        sum(customers) as customers
    from moves
    group by ladder, month, from_rung

),

starters as (

    select
        ladder,
        {{ add_months('month', 1) }} as month,
        rung as from_rung,
        customers
    from distribution

),

months as (

    select distinct month from distribution

),

unchanged as (

    select
        starters.ladder,
        starters.month,
        starters.from_rung,
        'no change' as to_rung,
        starters.customers - coalesce(moves_by_origin.customers, 0) as customers
    from starters
    inner join months
        on starters.month = months.month
    left join moves_by_origin
        on
            starters.ladder = moves_by_origin.ladder
            and starters.month = moves_by_origin.month
            and starters.from_rung = moves_by_origin.from_rung

),

transitions as (

    select * from moves

    union all

    select * from unchanged
    where customers > 0

)

select
    ladder,
    month,
    from_rung,
    to_rung,
    cast(customers as bigint) as customers,
    {{ ratio('customers', 'sum(customers) over (partition by ladder, month, from_rung)') }} as share
from transitions
