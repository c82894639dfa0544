-- Stays on a rung as intervals. Nobody skips a rung: who moves by more than one has stood on each in
-- between for no time at all, marked as imputed (S3-16). Someone on no rung stands below the first one.
{% for ladder, declaration in var('ladders').items() -%}
{%- set below = declaration.first_rung_no - 1 -%}
{{ 'with' if loop.first }} moves_on_{{ ladder }} as (

    select
        customer_id,
        valid_from,
        {{ ladder }}_until as valid_to,
        cause,
        coalesce({{ ladder }}_rung_no, {{ below }}) as rung_no,
        coalesce({{ ladder }}_previous_no, {{ below }}) as previous_no
    from {{ ref('ladder_states') }}
    where {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no

),

steps_on_{{ ladder }} as (

    select
        *,
        {{ numbers_on_the_way('previous_no', 'rung_no') }} as step_no
    from moves_on_{{ ladder }}

){{ ',' if not loop.last }}

{% endfor -%}

{% for ladder, declaration in var('ladders').items() -%}
select
    '{{ ladder }}' as ladder,
    customer_id,
    cast(step_no as integer) as rung_no,
    {{ name_of_rung(ladder, 'step_no', 'rung') }} as rung,
    valid_from,
    case when step_no = rung_no then valid_to else valid_from end as valid_to,
    case when rung_no < previous_no then cause else {{ name_of_rung(ladder, 'step_no', 'rule') }} end as rule_id,
    case
        when rung_no < previous_no then 'down'
        when previous_no < {{ declaration.first_rung_no }} and step_no = {{ declaration.first_rung_no }} then 'start'
        else 'up'
    end as direction,
    -- The very first day is imputed too for someone of whom nobody has said since when they are known.
    step_no <> rung_no or cause = 'known_undated' as is_imputed
from steps_on_{{ ladder }}
where step_no >= {{ declaration.first_rung_no }}
{{ 'union all' if not loop.last }}
{% endfor %}
