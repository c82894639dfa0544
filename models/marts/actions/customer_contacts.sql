-- How regular the contact with everyone is (S0-12) and which touch-points it has (S1-6). Where no contacts are
-- recorded at all nothing is known of any; where they are, a person without one has had none.
with customers as (

    select * from {{ ref('customers') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null

),

follow_ups as (

    select * from {{ ref('purchase_follow_ups') }}

),

facts as (

    select * from {{ ref('customer_facts') }}

),

recorded as (

    select
        nullif(count(distinct kind), 0) as kinds,
        bool_or(kind = 'complaint_solved') as knows_solutions
    from contacts

),

run_context as (

    select * from {{ ref('run_context') }}

),

by_customer as (

    select
        contacts.customer_id,
        count(*) as contacts,
        sum(case when contacts.is_outbound then 1 else 0 end) as outbound_contacts,
        count(distinct contacts.kind) as kinds_seen,
        max(contacts.occurred_on) as last_contact_on,
        max(case when contacts.is_outbound then contacts.occurred_on end) as last_outbound_on,
        max(case when contacts.kind = 'greeting' then contacts.occurred_on end) as last_greeted_on,
        max(case when contacts.kind = 'unsubscribe' then contacts.occurred_on end) as unsubscribed_on,
        max(case when contacts.kind = 'complaint' then contacts.occurred_at end) as complained_at,
        max(case when contacts.kind = 'complaint' then contacts.occurred_on end) as complained_on,
        max(case when contacts.kind = 'complaint_solved' then contacts.occurred_at end) as solved_at,
        -- S0-9: what we said on the day of the first purchase counts if it came after it.
        min(
            case when contacts.is_outbound and contacts.occurred_at > facts.first_order_at then contacts.occurred_on end
        ) as first_addressed_on
    from contacts
    left join facts
        on contacts.customer_id = facts.customer_id
    group by contacts.customer_id

)

select
    customers.customer_id,
    case when recorded.kinds is not null then coalesce(by_customer.contacts, 0) end as contacts,
    case when recorded.kinds is not null then cast(coalesce(by_customer.outbound_contacts, 0) as bigint) end
        as outbound_contacts,
    by_customer.last_contact_on,
    {{ days_between('by_customer.last_contact_on', 'run_context.as_of_date') }} as days_since_last_contact,
    by_customer.last_outbound_on,
    case when recorded.kinds is not null then {{ ratio(
        'coalesce(by_customer.contacts, 0)',
        month_index('run_context.as_of_date') ~ ' - ' ~ month_index('customers.known_on') ~ ' + 1'
    ) }} end as contacts_per_month,
    case when recorded.kinds is not null then coalesce(by_customer.kinds_seen, 0) end as kinds_seen,
    {{ ratio('coalesce(by_customer.kinds_seen, 0)', 'recorded.kinds') }} as touch_point_coverage,
    case when recorded.kinds is not null then {{ ratio('follow_ups.purchases_thanked', 'follow_ups.purchases') }} end
        as thanked_share,
    case when recorded.kinds is not null then {{ ratio('follow_ups.purchases_surveyed', 'follow_ups.purchases') }} end
        as surveyed_share,
    by_customer.first_addressed_on,
    case
        when recorded.kinds is not null and facts.age_days >= {{ var('follow_up_days') }}
            then
                coalesce(
                    {{ days_between('facts.first_order_date', 'by_customer.first_addressed_on') }}
                    <= {{ var('follow_up_days') }},
                    false
                )
    end as is_first_order_followed_up,
    by_customer.last_greeted_on,
    by_customer.unsubscribed_on,
    case
        -- Where no solution was ever noted, none is known to be missing.
        when not recorded.knows_solutions then null
        when by_customer.solved_at is null or by_customer.complained_at > by_customer.solved_at
            then by_customer.complained_on
    end as unsolved_complaint_on,
    run_context.as_of_date
from customers
cross join recorded
cross join run_context
left join by_customer
    on customers.customer_id = by_customer.customer_id
left join follow_ups
    on customers.customer_id = follow_ups.customer_id
left join facts
    on customers.customer_id = facts.customer_id
