-- The contacts with a customer in one row: greetings, what was not owed, the first support since the first purchase,
-- and the last contact that came from the customer (S1-3, S1-5, S2-3).
{{ config(materialized='view') }}

with customers as (

    select * from {{ ref('customer_occasions') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null

)

select
    customers.customer_id,
    count(case when contacts.kind = 'greeting' then 1 end) as greetings,
    count(case when contacts.kind = 'greeting_answered' then 1 end) as greetings_answered,
    count(case when contacts.is_extra then 1 end) as wows,
    max(case when contacts.is_extra then contacts.occurred_on end) as last_wow_on,
    min(
        case
            when contacts.is_support and contacts.occurred_on >= customers.first_occasion_on
                then contacts.occurred_on
        end
    ) as first_support_on,
    min(case when contacts.is_contribution then contacts.occurred_on end) as first_effort_on,
    max(
        case
            when
                (contacts.is_reach and not contacts.is_outbound)
                or contacts.is_contribution
                or contacts.kind = 'greeting_answered'
                then contacts.occurred_on
        end
    ) as last_contact_on
from contacts
inner join customers
    on contacts.customer_id = customers.customer_id
group by customers.customer_id
