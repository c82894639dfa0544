-- Where the customers of a month stand at its end; they bought in it, so all of them have a state.
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('ladder_states') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

revenue_by_position as (

    select
        customer_months.month,
        {% for ladder in var('ladders') -%}
        states.{{ ladder }}_rung_no,
        {% endfor -%}
        sum(customer_months.revenue) as revenue,
        {{ known_total('customer_months.margin') }} as margin
    from customer_months
    inner join states
        on
            customer_months.customer_id = states.customer_id
            and states.valid_from < {{ add_months('customer_months.month', 1) }}
            and coalesce(states.valid_to, date '9999-12-31') >= {{ add_months('customer_months.month', 1) }}
    group by
        {% for ladder in var('ladders') -%}
        states.{{ ladder }}_rung_no,
        {% endfor -%}
        customer_months.month

)

{% for ladder in var('ladders') -%}
select
    '{{ ladder }}' as ladder,
    month,
    {{ ladder }}_rung_no as rung_no,
    {{ money_total('revenue') }} as revenue,
    {{ known_total('margin') }} as margin
from revenue_by_position
where {{ ladder }}_rung_no is not null
group by {{ ladder }}_rung_no, month
{{ 'union all' if not loop.last }}
{% endfor %}
