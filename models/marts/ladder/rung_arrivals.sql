-- How many came higher than ever before, and how long they stayed active from then on: until the first lapse, on
-- whatever rung they stood by then, or else until the as-of date, where the following of them ends.
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('ladder_states') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

lives as (

    select
        valid_from,
        is_active,
        {% for ladder, declaration in var('ladders').items() -%}
        coalesce({{ ladder }}_rung_no, {{ declaration.first_rung_no - 1 }}) as {{ ladder }}_no,
        coalesce(max({{ ladder }}_rung_no) over before, {{ declaration.first_rung_no - 1 }})
            as {{ ladder }}_highest_before,
        {% endfor -%}
        min(case when was_active and not is_active then valid_from end) over afterwards as lapsed_on
    from states
    window
        before as (
            partition by customer_id order by valid_from rows between unbounded preceding and 1 preceding
        ),
        afterwards as (
            partition by customer_id order by valid_from rows between 1 following and unbounded following
        )

),

followed as (

    select
        lives.*,
        {{ days_between('lives.valid_from', 'coalesce(lives.lapsed_on, run_context.as_of_date)') }} as days_followed
    from lives
    cross join run_context
    where lives.is_active

)

{% for ladder in var('ladders') -%}
select
    '{{ ladder }}' as ladder,
    {{ ladder }}_highest_before as highest_before,
    {{ ladder }}_no as rung_no,
    days_followed,
    count(*) as people,
    count(lapsed_on) as lapses
from followed
where {{ ladder }}_no > {{ ladder }}_highest_before
group by {{ ladder }}_highest_before, {{ ladder }}_no, days_followed
{{ 'union all' if not loop.last }}
{% endfor %}
