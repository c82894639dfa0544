-- The orders a payment may be for: named in a purpose, of a payer, or of the amount of a payment.
with payments as (

    select * from {{ ref('payments') }}
    where rule_code is null and kind in ('customer_payment', 'refund_paid')

),

numbers as (

    select distinct number from {{ ref('purpose_numbers') }}

),

orders as (

    select * from {{ ref('orders_of_files') }} where rule_code is null and is_genuine

),

as_of as (

    select * from {{ ref('as_of') }}

),

payers as (

    select distinct customer_id from payments where customer_id is not null

),

amounts as (

    select distinct amount_in_currency as amount from payments where kind = 'customer_payment'

),

candidates as (

    select orders.order_id
    from orders
    inner join numbers
        on {{ order_number('orders.order_id') }} = numbers.number

    union

    select orders.order_id
    from orders
    inner join payers
        on orders.customer_id = payers.customer_id

    union

    select orders.order_id
    from orders
    inner join amounts
        on orders.amount_in_currency = amounts.amount

)

select
    orders.order_id,
    {{ order_number('orders.order_id') }} as number,
    orders.source,
    orders.customer_id,
    orders.order_date,
    orders.currency,
    orders.amount_in_currency as amount,
    orders.is_qualifying,
    orders.is_qualifying or orders.status = 'pending' as is_open
from candidates
inner join orders
    on candidates.order_id = orders.order_id
cross join as_of
where orders.order_date <= as_of.as_of_date
