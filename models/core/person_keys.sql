-- What people are recognised by. An order that names its customer lends no keys: who receives it may be
-- anybody. A customer_id that a lead names is a link rather than a likeness.
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

leads as (

    select * from {{ ref('stg_leads') }} where rule_code is null

),

cards as (

    select * from {{ ref('stg_cards') }} where rule_code is null and customer_id is not null

),

payments as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null and amount > 0

),

guest_orders as (

    select * from {{ ref('guest_orders') }}

),

phones as (

    select * from {{ ref('stg_phones') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- A payer without a tax id has that of the one payer with this name, if there is but one.
tax_ids_by_name as (

    select
        {{ payer_name('payer_name') }} as payer_name,
        min({{ number_key('payer_tax_id') }}) as tax_id
    from payments
    group by 1
    having min({{ number_key('payer_tax_id') }}) = max({{ number_key('payer_tax_id') }})

),

stated as (

    select customer_id as person_id, created_at as known_at, email, phone, card_no, tax_id, null as customer_id
    from registered
    union all
    select 'lead:' || lead_id, first_known_at, email, phone, null, null, customer_id
    from leads
    union all
    select customer_id, first_known_at, null, null, null, null, customer_id
    from leads
    where customer_id is not null
    union all
    select customer_id, issued_at, null, null, card_no, null, null
    from cards
    union all
    select person_id, ordered_at, email, phone, card_no, null, null
    from guest_orders
    union all
    select
        {{ payer_id('payments.payer_tax_id', 'payments.payer_name') }}, payments.booked_at, null, null, null,
        coalesce(payments.payer_tax_id, tax_ids_by_name.tax_id), null
    from payments
    left join tax_ids_by_name
        on {{ payer_name('payments.payer_name') }} = tax_ids_by_name.payer_name

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
    cross join run_context
    left join phones
        on stated.phone = phones.phone
    where
        stated.person_id is not null
        and (
            stated.known_at is null
            or {{ local_date('stated.known_at', 'run_context.timezone') }} <= run_context.as_of_date
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
