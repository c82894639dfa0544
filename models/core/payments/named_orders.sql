-- The orders that a payment may pay for, since its purpose names them.
with payments as (

    select * from {{ ref('payments') }}
    where rule_code is null and kind = 'customer_payment' and not is_after_as_of

),

numbers as (

    select * from {{ ref('purpose_numbers') }}

),

orders as (

    select * from {{ ref('payable_orders') }}

),

named as (

    select
        payments.transaction_id,
        orders.order_id,
        payments.booked_at,
        orders.order_date,
        payments.amount_in_currency as payment_amount,
        orders.amount as order_amount,
        -- Of the payer; of nobody known; of somebody else.
        case
            when orders.customer_id = payments.customer_id then 1
            when orders.customer_id is null then 2
            else 3
        end as kinship
    from payments
    inner join numbers
        on payments.transaction_id = numbers.transaction_id
    inner join orders
        on
            numbers.number = orders.number
            and coalesce(payments.currency = orders.currency, payments.currency is null and orders.currency is null)

),

weighed as (

    select
        *,
        min(kinship) over (partition by transaction_id) as nearest_kinship,
        sum(order_amount) over (partition by transaction_id, kinship) as named_amount
    from named

)

-- Somebody else's order is paid for only where number and amount both say so.
select
    transaction_id,
    order_id,
    booked_at,
    order_date,
    payment_amount,
    order_amount,
    case when kinship = 3 then 'number_and_amount' else 'number' end as matched_by
from weighed
where kinship = nearest_kinship and (kinship < 3 or named_amount = payment_amount)
