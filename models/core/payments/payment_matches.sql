-- Which order each payment is for: by the number in its purpose, or else by exact amount and nearest date among
-- the open orders of the payer. Running totals are converted, so that the parts of a payment add up to the cent.
with payments as (

    select * from {{ ref('payments') }}
    where rule_code is null and kind = 'customer_payment' and not is_after_as_of

),

orders as (

    select * from {{ ref('payable_orders') }}

),

by_number as (

    select * from {{ ref('payment_matches_by_number') }}

),

paid_by_number as (

    select
        order_id,
        sum(amount_in_currency) as paid
    from by_number
    group by order_id

),

of_one_amount as (

    select
        payments.transaction_id,
        orders.order_id,
        payments.customer_id,
        payments.currency,
        payments.amount_in_currency,
        abs({{ days_between('orders.order_date', 'payments.booked_on') }}) as days_apart,
        case when orders.order_date <= payments.booked_on then 0 else 1 end as is_order_later
    from payments
    inner join orders
        on
            payments.customer_id = orders.customer_id
            and coalesce(payments.currency = orders.currency, payments.currency is null and orders.currency is null)
    left join paid_by_number as paid
        on orders.order_id = paid.order_id
    where
        orders.is_open
        and orders.amount - coalesce(paid.paid, 0) = payments.amount_in_currency
        and abs({{ days_between('orders.order_date', 'payments.booked_on') }}) <= {{ var('payment_match_days') }}
        and not exists (select 1 from by_number where by_number.transaction_id = payments.transaction_id)

),

-- All amounts of a group are one: so each payment pays for one order.
matched_pairs as (

    {{ allocated(
        pairs='of_one_amount',
        group_by='customer_id, currency, amount_in_currency',
        left_id='transaction_id',
        right_id='order_id',
        left_amount='amount_in_currency',
        right_amount='amount_in_currency',
        order_by='days_apart, is_order_later, order_id, transaction_id'
    ) }}

),

matches as (

    select
        transaction_id,
        order_id,
        matched_by,
        amount_in_currency
    from by_number

    union all

    select
        transaction_id,
        order_id,
        'amount_and_date' as matched_by,
        cast(amount as decimal(18, 2)) as amount_in_currency
    from matched_pairs

),

running as (

    select
        matches.*,
        payments.rate,
        sum(matches.amount_in_currency) over (
            partition by matches.transaction_id order by matches.order_id
            rows between unbounded preceding and current row
        ) as matched_so_far
    from matches
    inner join payments
        on matches.transaction_id = payments.transaction_id

)

select
    transaction_id,
    order_id,
    matched_by,
    amount_in_currency,
    cast(
        {{ cents('matched_so_far * rate') }} - {{ cents('(matched_so_far - amount_in_currency) * rate') }}
        as decimal(18, 2)
    ) as amount
from running
