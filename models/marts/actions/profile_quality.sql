-- How complete the card file is (S4-34), by the source of the entries: the system of customers, the channel of leads.
-- A field counts as filled in if anything stands in it, a phone also if there can be such a number. Leads are not
-- asked for a name and a birth date.
with customers as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

leads as (

    select * from {{ ref('stg_leads') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }} where kind in ('registered', 'lead')

),

phones as (

    select * from {{ ref('stg_phones') }}

),

entries as (

    select
        'customers' as entity,
        customer_id as person_id,
        source_system as source,
        trim(name) <> '' as has_name,
        email,
        phone,
        birth_date is not null as has_birth_date,
        manager_id is not null as has_manager,
        card_no is not null as has_card
    from customers

    union all

    select
        'leads' as entity,
        'lead:' || lead_id as person_id,
        channel as source,
        cast(null as boolean) as has_name,
        email,
        phone,
        cast(null as boolean) as has_birth_date,
        cast(null as boolean) as has_manager,
        cast(null as boolean) as has_card
    from leads

),

judged as (

    select
        entries.*,
        entries.email is not null as has_email,
        {{ email_key('entries.email') }} is not null as has_usable_email,
        entries.phone is not null as has_phone,
        coalesce(phones.is_valid, false) as has_usable_phone
    from entries
    -- Who is entered later is not known yet.
    inner join identities
        on entries.person_id = identities.person_id
    left join phones
        on entries.phone = phones.phone

)

select
    entity,
    source,
    count(*) as entries,
    {%- for field in ['phone', 'usable_phone', 'email', 'usable_email'] %}
    {{ ratio('sum(case when has_' ~ field ~ ' then 1 else 0 end)', 'count(*)') }} as {{ field }}_share,
    {%- endfor %}
    {%- for field in ['name', 'birth_date', 'manager', 'card'] %}
    case
        when entity = 'customers' then {{ ratio('sum(case when has_' ~ field ~ ' then 1 else 0 end)', 'count(*)') }}
    end as {{ field }}_share,
    {%- endfor %}
    {{ ratio('sum(case when has_usable_phone or has_usable_email then 1 else 0 end)', 'count(*)') }}
        as reachable_share
from judged
group by entity, source
