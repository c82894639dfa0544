-- The as-of date: given, or the last business date in the orders, or in the payments where these are the orders.
-- Never the clock.
with orders as (

    select * from {{ ref('priced_orders') }} where rule_code is null and is_genuine

),

movements as (

    select * from {{ ref('bank_movements') }} where rule_code is null and kind = 'customer_payment'

),

settings as (

    select * from {{ ref('stg_settings') }}

),

last_order as (

    select max(order_date) as order_date from orders

),

last_payment as (

    select max(booked_on) as booked_on from movements

)

select
    cast(
        coalesce(
            cast(nullif('{{ var("as_of_date") or "" }}', '') as date),
            settings.as_of_date,
            last_order.order_date,
            last_payment.booked_on
        ) as date
    ) as as_of_date
from settings
cross join last_order
cross join last_payment
