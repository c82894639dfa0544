-- How everyone came, and when: by the first lead that names a channel, or else the first order that names one.
{{ config(materialized='view') }}

with customers as (

    select * from {{ ref('customers') }}

),

leads as (

    select * from {{ ref('stg_leads') }} where rule_code is null and channel is not null

),

identities as (

    select * from {{ ref('identities') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

orders as (

    select
        booked.customer_id,
        booked.ordered_at,
        booked.order_id,
        booked.channel
    from {{ ref('booked_orders') }} as booked
    cross join run_context
    where
        booked.rule_code is null
        and booked.is_genuine
        and booked.channel is not null
        and booked.order_date <= run_context.as_of_date

),

-- Leads not known by the as-of date are nobody's.
leads_of_people as (

    select
        identities.customer_id,
        leads.first_known_at,
        leads.lead_id,
        leads.channel
    from leads
    inner join identities
        on 'lead:' || leads.lead_id = identities.person_id

),

-- Of several at the same moment the smallest id, so that the order of the rows decides nothing.
{% for touches, at, id in [('leads_of_people', 'first_known_at', 'lead_id'), ('orders', 'ordered_at', 'order_id')] -%}
first_of_{{ touches }} as (

    select
        firsts.customer_id,
        min_by({{ touches }}.channel, {{ touches }}.{{ id }}) as channel
    from (
        select
            customer_id,
            min({{ at }}) as first_at
        from {{ touches }}
        group by customer_id
    ) as firsts
    inner join {{ touches }}
        on
            firsts.customer_id = {{ touches }}.customer_id
            and firsts.first_at = {{ touches }}.{{ at }}
    group by firsts.customer_id

){{ ',' if not loop.last }}

{% endfor -%}

select
    customers.customer_id,
    coalesce(first_of_leads_of_people.channel, first_of_orders.channel, 'unknown') as channel,
    case when not customers.is_known_on_unsure then {{ period_start('month', 'customers.known_on') }} end as cohort
from customers
left join first_of_leads_of_people
    on customers.customer_id = first_of_leads_of_people.customer_id
left join first_of_orders
    on customers.customer_id = first_of_orders.customer_id
