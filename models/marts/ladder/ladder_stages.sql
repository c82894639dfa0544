-- Where everyone stands at the as-of date, on each ladder that has a rung for them.
with states as (

    select * from {{ ref('ladder_states') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

lives as (

    select
        customer_id,
        {% for ladder in var('ladders') %}
        max(case when valid_to is null then {{ ladder }}_rung_no end) as {{ ladder }}_rung_no,
        max({{ ladder }}_rung_no) as {{ ladder }}_highest_no,
        max(case when {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no then valid_from end)
            as {{ ladder }}_since,
        {% endfor %}
        max(case when valid_to is null then occasions end) as occasions,
        bool_or(valid_to is null and is_active) as is_active,
        bool_or(cause = 'return') as has_returned
    from states
    group by customer_id

)

{% for ladder in var('ladders') %}
select
    '{{ ladder }}' as ladder,
    lives.customer_id,
    lives.{{ ladder }}_rung_no as rung_no,
    {{ name_of_rung(ladder, 'lives.' ~ ladder ~ '_rung_no', 'rung') }} as rung,
    {{ name_of_rung(ladder, 'lives.' ~ ladder ~ '_highest_no', 'rung') }} as highest_rung_ever,
    case
        when lives.occasions = 0 then 'never_bought'
        when not lives.is_active then 'lapsed'
        when lives.has_returned then 'returned'
        else 'active'
    end as activity,
    lives.{{ ladder }}_since as since,
    1 as turn_no,
    'no_data' as evidence,
    false as wallet_known,
    run_context.as_of_date
from lives
cross join run_context
where lives.{{ ladder }}_rung_no is not null
{{ 'union all' if not loop.last }}
{% endfor %}
