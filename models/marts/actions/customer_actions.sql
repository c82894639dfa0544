-- What to do next with everyone, why, and with whom first (S0-7, S3-8). A customer of whose margin nothing is known
-- comes after those of whom something is, by the revenue expected.
with stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'canonical'

),

situations as (

    select * from {{ ref('customer_situations') }}

),

strategies as (

    select * from {{ ref('rung_strategies') }}

),

next_actions as (

    select * from {{ ref('next_actions') }}

),

expected as (

    select * from {{ ref('expected_margins') }}

),

facts as (

    select * from {{ ref('customer_facts') }}

),

managers as (

    select * from {{ ref('customer_managers') }}

),

contacts as (

    select * from {{ ref('customer_contacts') }}

),

contact_keys as (

    select * from {{ ref('contact_keys') }}

)

{%- set figures = {
    'acquaintance': {'since': ['stages.since', 'day']},
    'habit': {
        'days_bought': ['coalesce(facts.purchase_days, 0)', 'number'], 'follow_up': [var('follow_up_days'), 'number'],
        'rhythm': ['cast(round(facts.median_gap_days) as bigint)', 'rhythm'],
        'first_on': ['facts.first_order_date', 'day'], 'age': ['facts.age_days', 'number'],
        'last_on': ['facts.last_order_date', 'day'], 'recency': ['facts.recency_days', 'number']
    },
    'matter': {
        'complaint_on': ['situations.unsolved_complaint_on', 'day'], 'promised_on': ['situations.promised_on', 'day'],
        'deal_on': ['situations.deal_stage_on', 'day'], 'stage': ['situations.deal_stage', 'stage']
    }
} %}

select
    stages.customer_id,
    stages.rung,
    stages.activity,
    strategies.strategy,
    situations.situation,
    next_actions.action,
    {%- for language in ['en', 'ru'] %}
    case next_actions.about
        {%- for about, known in figures.items() %}
        when '{{ about }}' then {{ reason_of('next_actions.reason_' ~ language, known, language) }}
        {%- endfor %}
    end as reason_{{ language }},
    {%- endfor %}
    expected.expected_revenue,
    expected.expected_margin,
    rank() over (
        order by expected.expected_margin desc nulls last, expected.expected_revenue desc nulls last
    ) as priority,
    managers.manager_id,
    contacts.last_contact_on,
    contacts.days_since_last_contact,
    contact_keys.reachable_by,
    contacts.unsubscribed_on,
    stages.as_of_date
from stages
inner join expected
    on stages.customer_id = expected.customer_id
inner join situations
    on stages.customer_id = situations.customer_id
left join strategies
    on stages.rung = strategies.rung
left join next_actions
    on situations.situation = next_actions.situation
left join facts
    on stages.customer_id = facts.customer_id
left join managers
    on stages.customer_id = managers.customer_id
left join contacts
    on stages.customer_id = contacts.customer_id
left join contact_keys
    on stages.customer_id = contact_keys.customer_id
