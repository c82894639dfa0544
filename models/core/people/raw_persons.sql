-- Everyone known by the as-of date, as the sources know them: one and the same person may be here as
-- a customer registered twice, as a lead, as a guest and as a payer.
{% set sources = [
    ('registered', 'registered', 'customer_id', 'created_at'),
    ('customer', 'first_orders', 'customer_id', 'ordered_at'),
    ('customer', 'cards', 'customer_id', 'issued_at'),
    ('customer', 'leads', 'customer_id', 'first_known_at'),
    ('lead', 'leads', "'lead:' || lead_id", 'first_known_at'),
    ('guest', 'guest_orders', 'person_id', 'ordered_at'),
    ('payer', 'payers', 'person_id', 'booked_at')
] %}
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

first_orders as (

    select
        customer_id,
        min(ordered_at) as ordered_at
    from {{ ref('priced_orders') }}
    where rule_code is null and is_genuine
    group by customer_id

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

payers as (

    select * from {{ ref('payers') }}

),

known_until as (

    select
        as_of.as_of_date,
        settings.timezone
    from {{ ref('as_of') }} as as_of
    cross join {{ ref('stg_settings') }} as settings

),

seen as (

    {% for kind, relation, person_id, known_at in sources %}
    select
        '{{ kind }}' as kind,
        {{ person_id }} as person_id,
        {{ known_at }} as known_at
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

known as (

    select
        seen.*,
        {{ local_date('seen.known_at', 'known_until.timezone') }} as known_on
    from seen
    cross join known_until
    where
        seen.person_id is not null
        and (
            seen.known_at is null
            or {{ local_date('seen.known_at', 'known_until.timezone') }} <= known_until.as_of_date
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
    end as known_on,
    -- What has no date has always been there.
    case when count(known_on) = count(*) then min(known_on) end as seen_on
from known
group by person_id
