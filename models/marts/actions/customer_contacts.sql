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

    select nullif(count(distinct kind), 0) as kinds from contacts

),

run_context as (

    select * from {{ ref('run_context') }}

),

by_customer as (

    select
        customer_id,
        count(*) as contacts,
        sum(case when is_outbound then 1 else 0 end) as outbound_contacts,
        count(distinct kind) as kinds_seen,
        max(occurred_on) as last_contact_on,
        max(case when is_outbound then occurred_on end) as last_outbound_on,
        max(case when kind = 'greeting' then occurred_on end) as last_greeted_on,
        max(case when kind = 'unsubscribe' then occurred_on end) as unsubscribed_on,
        max(case when kind = 'complaint' then occurred_at end) as complained_at,
        max(case when kind = 'complaint' then occurred_on end) as complained_on,
        max(case when kind = 'complaint_solved' then occurred_at end) as solved_at
    from contacts
    group by customer_id

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
    follow_ups.first_addressed_on,
    -- S0-9: what we said on the day of the first purchase counts if it came after it.
    case
        when recorded.kinds is not null and facts.age_days >= {{ var('follow_up_days') }}
            then
                coalesce(
                    {{ days_between('facts.first_order_date', 'follow_ups.first_addressed_on') }}
                    <= {{ var('follow_up_days') }},
                    false
                )
    end as is_first_order_followed_up,
    by_customer.last_greeted_on,
    by_customer.unsubscribed_on,
    case
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
