-- Where everyone stands at the as-of date, on each ladder that has a rung for them.
with history as (

    select * from {{ ref('ladder_history') }}

),

states as (

    select * from {{ ref('ladder_states') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

rungs as (

    {{ rungs_relation() }}

),

open_stays as (

    select * from history where valid_to is null

),

lives as (

    select
        customer_id,
        max(case when valid_to is null then occasions end) as occasions,
        bool_or(valid_to is null and is_active) as is_active,
        bool_or(cause = 'return') as has_returned,
        {% for ladder in var('ladders') -%}
        max({{ ladder }}_rung_no) as {{ ladder }}_highest_no{{ ',' if not loop.last }}
        {% endfor %}
    from states
    group by customer_id

)

select
    open_stays.ladder,
    open_stays.customer_id,
    open_stays.rung_no,
    open_stays.rung,
    rungs.rung as highest_rung_ever,
    case
        when lives.occasions = 0 then 'never_bought'
        when not lives.is_active then 'lapsed'
        when lives.has_returned then 'returned'
        else 'active'
    end as activity,
    open_stays.valid_from as since,
    1 as turn_no,
    'no_data' as evidence,
    false as wallet_known,
    run_context.as_of_date
from open_stays
inner join lives
    on open_stays.customer_id = lives.customer_id
inner join rungs
    on
        open_stays.ladder = rungs.ladder
        and rungs.rung_no = case open_stays.ladder
            {% for ladder in var('ladders') -%}
            when '{{ ladder }}' then lives.{{ ladder }}_highest_no
            {% endfor %}
        end
cross join run_context
