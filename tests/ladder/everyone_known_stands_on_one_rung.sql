-- Identity 8: on every ladder whose first rung asks for nothing, everyone; on the skirt, everyone who bought.
{% set known = ['skirt'] %}
{% for ladder, declaration in var('ladders').items() if declaration.rungs[0].when == 'true' %}
{% do known.append(ladder) %}
{% endfor %}

with ladders as (

    select distinct ladder
    from {{ ref('ladder_distribution') }}
    where ladder in ('{{ known | join("', '") }}')

),

expected as (

    select
        ladders.ladder,
        customers.customer_id
    from ladders
    cross join {{ ref('customers') }} as customers
    left join {{ ref('customer_facts') }} as facts
        on customers.customer_id = facts.customer_id
    where ladders.ladder <> 'skirt' or facts.customer_id is not null

)

select
    coalesce(expected.ladder, stages.ladder) as ladder,
    coalesce(expected.customer_id, stages.customer_id) as customer_id
from expected
full outer join {{ ref('ladder_stages') }} as stages
    on
        expected.ladder = stages.ladder
        and expected.customer_id = stages.customer_id
where
    expected.customer_id is null and stages.ladder in (select ladders.ladder from ladders)
    or stages.customer_id is null
