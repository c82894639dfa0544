-- Sellers stop thinking of the customer after the first sale (S0-9): who bought once and heard nothing from us in
-- follow_up_days. Later words do not mend that, but are shown.
with contacts as (

    select * from {{ ref('customer_contacts') }} where not is_first_order_followed_up

),

facts as (

    select * from {{ ref('customer_facts') }} where purchase_days = 1

),

managers as (

    select * from {{ ref('customer_managers') }}

)

select
    facts.customer_id,
    facts.first_order_date,
    facts.revenue,
    facts.margin,
    managers.manager_id,
    contacts.first_addressed_on,
    {{ days_between('facts.first_order_date', 'coalesce(contacts.first_addressed_on, facts.as_of_date)') }}
        as days_silent,
    facts.as_of_date
from contacts
inner join facts
    on contacts.customer_id = facts.customer_id
left join managers
    on facts.customer_id = managers.customer_id
