-- The bank orders that money paid back may lower: those of the payer from before. Orders of other sources have their
-- own refunds, and are not refunded twice.
with refunds as (

    select
        transaction_id,
        customer_id,
        booked_at,
        booked_on,
        currency,
        cast(-amount_in_currency as decimal(18, 2)) as amount
    from {{ ref('payments') }}
    where rule_code is null and kind = 'refund_paid' and not is_after_as_of

),

orders as (

    select * from {{ ref('bank_orders') }}

),

numbers as (

    select * from {{ ref('purpose_numbers') }}

),

payable_orders as (

    select * from {{ ref('payable_orders') }}

),

refunds_of_other_orders as (

    select distinct refunds.transaction_id
    from refunds
    inner join numbers
        on refunds.transaction_id = numbers.transaction_id
    inner join payable_orders
        on
            numbers.number = payable_orders.number
            and refunds.customer_id = payable_orders.customer_id

),

refunds_paid as (

    select * from {{ ref('refunds_paid') }}

),

named as (

    select distinct
        refunds.transaction_id,
        orders.order_id
    from refunds
    inner join orders
        on refunds.customer_id = orders.customer_id
    inner join numbers
        on refunds.transaction_id = numbers.transaction_id
    inner join numbers as numbers_of_payment
        on
            orders.transaction_id = numbers_of_payment.transaction_id
            and numbers.number = numbers_of_payment.number

)

select
    refunds.transaction_id,
    refunds.customer_id,
    refunds.booked_at,
    refunds.booked_on,
    refunds.amount,
    orders.order_id,
    orders.ordered_at,
    case when named.order_id is null then 1 else 0 end as is_unnamed,
    orders.rate,
    orders.amount_in_currency as order_amount
from refunds
inner join orders
    on
        refunds.customer_id = orders.customer_id
        and refunds.booked_on >= orders.order_date
        and coalesce(refunds.currency = orders.currency, refunds.currency is null and orders.currency is null)
left join named
    on
        refunds.transaction_id = named.transaction_id
        and orders.order_id = named.order_id
left join refunds_of_other_orders
    on refunds.transaction_id = refunds_of_other_orders.transaction_id
left join refunds_paid
    on refunds.transaction_id = refunds_paid.transaction_id
where
    refunds_of_other_orders.transaction_id is null
    and (refunds_paid.transaction_id is null or named.order_id is not null)
