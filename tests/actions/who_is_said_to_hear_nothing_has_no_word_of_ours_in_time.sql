-- S0-9, counted plainly from the contacts themselves.
select
    silent.customer_id,
    contacts.occurred_on
from {{ ref('no_contact_after_first_order') }} as silent
inner join {{ ref('customer_facts') }} as facts
    on silent.customer_id = facts.customer_id
inner join {{ ref('contacts') }} as contacts
    on silent.customer_id = contacts.customer_id
where
    contacts.problem is null
    and contacts.is_outbound
    and contacts.occurred_at > facts.first_order_at
    and contacts.occurred_on <= {{ add_days('silent.first_order_date', var('follow_up_days')) }}
