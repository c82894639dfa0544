-- Orders without a customer_id that leave an e-mail, a phone or a card. Who leaves the same all three is
-- one guest, called after the first of these orders, so that no personal data is in the id.
with orders as (

    select * from {{ ref('stg_orders') }}
    where rule_code is null and customer_id is null and coalesce(email, phone, card_no) is not null

),

priced as (

    select * from {{ ref('priced_orders') }} where rule_code is null and is_genuine and customer_id is null

),

phones as (

    select * from {{ ref('stg_phones') }}

),

as_of as (

    select * from {{ ref('as_of') }}

),

orders_with_keys as (

    select
        orders.order_id,
        orders.ordered_at,
        {{ email_key('orders.email') }} as email,
        orders.phone,
        phones.phone_number,
        {{ number_key('orders.card_no') }} as card_no
    from orders
    inner join priced
        on orders.order_id = priced.order_id
    cross join as_of
    left join phones
        on orders.phone = phones.phone
    where priced.order_date <= as_of.as_of_date

)

select
    order_id,
    'guest:' || first_value(order_id) over (
        partition by email, phone_number, card_no order by ordered_at, order_id
    ) as person_id,
    ordered_at,
    email,
    phone,
    card_no
from orders_with_keys
where coalesce(email, phone_number, card_no) is not null
