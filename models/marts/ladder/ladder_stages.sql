-- Where everyone stands at the as-of date, on each ladder that has a rung for them.
with lives as (

    select * from {{ ref('ladder_lives') }}

),

run_context as (

    select * from {{ ref('run_context') }}

)

{% for ladder in var('ladders') %}
select
    '{{ ladder }}' as ladder,
    lives.customer_id,
    lives.{{ ladder }}_rung_no as rung_no,
    {{ name_of_rung(ladder, 'lives.' ~ ladder ~ '_rung_no') }} as rung,
    {{ name_of_rung(ladder, 'lives.' ~ ladder ~ '_highest_no') }} as highest_rung_ever,
    lives.activity,
    lives.{{ ladder }}_since as since,
    lives.turn_no,
    {{ evidence_of(ladder, 'lives') }} as evidence,
    lives.is_only_us is not null as wallet_known,
    lives.is_only_us,
    lives.pays_premium,
    lives.has_recommended,
    run_context.as_of_date
from lives
cross join run_context
where lives.{{ ladder }}_rung_no is not null
{{ 'union all' if not loop.last }}
{% endfor %}
