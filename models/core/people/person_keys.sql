-- What people are recognised by. An order that names its customer lends no keys: who receives it may be
-- anybody. A customer_id that a lead names is a link rather than a likeness.
{%- set sources = [
    ('registered', 'customer_id', 'created_at', ['email', 'phone', 'card_no', 'tax_id']),
    ('cards', 'customer_id', 'issued_at', ['card_no']),
    ('leads', "'lead:' || lead_id", 'first_known_at', ['email', 'phone', 'customer_id']),
    ('customers_of_leads', 'customer_id', 'first_known_at', ['customer_id']),
    ('guest_orders', 'person_id', 'ordered_at', ['email', 'phone', 'card_no']),
    ('payers', 'person_id', 'booked_at', ['tax_id'])
] %}
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

leads as (

    select * from {{ ref('stg_leads') }} where rule_code is null

),

customers_of_leads as (

    select * from leads where customer_id is not null

),

cards as (

    select * from {{ ref('stg_cards') }} where rule_code is null and customer_id is not null

),

payers as (

    select * from {{ ref('payers') }}

),

guest_orders as (

    select * from {{ ref('guest_orders') }}

),

phones as (

    select * from {{ ref('stg_phones') }}

),

known_until as (

    select
        as_of.as_of_date,
        settings.timezone
    from {{ ref('as_of') }} as as_of
    cross join {{ ref('stg_settings') }} as settings

),

stated as (

    {% for relation, person_id, known_at, keys in sources %}
    select
        {{ person_id }} as person_id,
        {% for key in ['email', 'phone', 'card_no', 'tax_id', 'customer_id'] -%}
        {{ key if key in keys else 'cast(null as ' ~ dbt.type_string() ~ ') as ' ~ key }},
        {% endfor -%}
        {{ known_at }} as known_at
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

normalised as (

    select
        stated.person_id,
        {{ email_key('stated.email') }} as email,
        phones.phone_number as phone,
        phones.is_valid as is_valid_phone,
        {{ number_key('stated.card_no') }} as card,
        {{ number_key('stated.tax_id') }} as tax_id,
        stated.customer_id
    from stated
    cross join known_until
    left join phones
        on stated.phone = phones.phone
    where
        stated.person_id is not null
        and (
            stated.known_at is null
            or {{ local_date('stated.known_at', 'known_until.timezone') }} <= known_until.as_of_date
        )

)

{% for kind in kinds_of_keys() -%}
select distinct
    person_id,
    '{{ kind }}' as key_kind,
    {{ kind }} as key_value,
    {{ 'is_valid_phone' if kind == 'phone' else 'true' }} as is_valid
from normalised
where {{ kind }} is not null
{{ 'union all' if not loop.last }}
{% endfor %}
