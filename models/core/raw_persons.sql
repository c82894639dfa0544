-- Everyone known by the as-of date, as the sources know them: one and the same person may be here as
-- a customer registered twice, as a lead, as a guest and as a payer.
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

orders as (

    select * from {{ ref('priced_orders') }} where rule_code is null and is_genuine and customer_id is not null

),

leads as (

    select * from {{ ref('stg_leads') }} where rule_code is null

),

cards as (

    select * from {{ ref('stg_cards') }} where rule_code is null and customer_id is not null

),

guest_orders as (

    select * from {{ ref('guest_orders') }}

),

payments as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null and amount > 0

),

run_context as (

    select * from {{ ref('run_context') }}

),

seen as (

    select customer_id as person_id, 'registered' as kind, created_at as known_at from registered
    union all
    select customer_id as person_id, 'customer' as kind, min(ordered_at) as known_at from orders group by customer_id
    union all
    select customer_id as person_id, 'customer' as kind, issued_at as known_at from cards
    union all
    select customer_id as person_id, 'customer' as kind, first_known_at as known_at from leads
    union all
    select 'lead:' || lead_id as person_id, 'lead' as kind, first_known_at as known_at from leads
    union all
    select person_id, 'guest' as kind, ordered_at as known_at from guest_orders
    union all
    select {{ payer_id('payer_tax_id', 'payer_name') }} as person_id, 'payer' as kind, booked_at as known_at
    from payments

),

known as (

    select
        seen.*,
        {{ local_date('seen.known_at', 'run_context.timezone') }} as known_on
    from seen
    cross join run_context
    where
        seen.person_id is not null
        and (
            seen.known_at is null
            or {{ local_date('seen.known_at', 'run_context.timezone') }} <= run_context.as_of_date
        )

)

select
    person_id,
    -- An id is what the register says; without that, a lead, guest or payer whatever else refers to it.
    case
        when bool_or(kind = 'registered') then 'registered'
        when bool_or(kind <> 'customer') then max(case when kind <> 'customer' then kind end)
        else 'customer'
    end as kind,
    -- Someone in the register is known since the day the register says, and since no other.
    case
        when bool_or(kind = 'registered') then min(case when kind = 'registered' then known_at end)
        else min(known_at)
    end as known_at,
    case
        when bool_or(kind = 'registered') then min(case when kind = 'registered' then known_on end)
        else min(known_on)
    end as known_on
from known
group by person_id
