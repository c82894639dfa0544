-- The orders a payment may be for: named in a purpose, of a payer, or of the amount of a payment.
with payments as (

    select * from {{ ref('payments') }}
    where rule_code is null and kind in ('customer_payment', 'refund_paid')

),

numbers as (

    select distinct number from {{ ref('purpose_numbers') }}

),

headers as (

    select * from {{ ref('order_headers') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

copies as (

    select distinct copy_id from {{ ref('same_sales') }}

),

statuses as (

    select * from {{ ref('order_statuses') }} where is_genuine

),

settings as (

    select * from {{ ref('stg_settings') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

payers as (

    select customer_id from payments where customer_id is not null

),

ids_of_payers as (

    select customer_id from payers

    union

    select identities.person_id as customer_id
    from identities
    inner join payers
        on identities.customer_id = payers.customer_id

),

amounts as (

    select distinct amount_in_currency as amount from payments where kind = 'customer_payment'

),

candidates as (

    select headers.order_id
    from headers
    inner join numbers
        on {{ order_number('headers.order_id') }} = numbers.number

    union

    select headers.order_id
    from headers
    inner join ids_of_payers
        on headers.customer_id = ids_of_payers.customer_id

    union

    select headers.order_id
    from headers
    inner join amounts
        on headers.amount = amounts.amount

)

select
    headers.order_id,
    {{ order_number('headers.order_id') }} as number,
    headers.source,
    coalesce(identities.customer_id, headers.customer_id) as customer_id,
    {{ local_date('headers.ordered_at', 'settings.timezone') }} as order_date,
    coalesce(currencies.currency, base.base_currency) as currency,
    headers.amount,
    statuses.is_qualifying,
    statuses.is_qualifying or statuses.status = 'pending' as is_open
from candidates
inner join headers
    on candidates.order_id = headers.order_id
inner join statuses
    on headers.status = statuses.status
cross join settings
cross join base
left join identities
    on headers.customer_id = identities.person_id
left join currencies
    on headers.currency = currencies.spelling
where
    (headers.currency is null or currencies.currency is not null)
    and {{ local_date('headers.ordered_at', 'settings.timezone') }} <= {{ stated_as_of('settings') }}
    and not exists (select 1 from copies where copies.copy_id = headers.order_id)
