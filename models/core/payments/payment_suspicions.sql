-- The order that may be behind a payment which none was matched with: one it names, an open one of the payer, or an
-- unpaid one of its amount. Payers go by several names, so that the order may be somebody else's.
with matches as (

    select * from {{ ref('payment_matches') }}

),

unmatched as (

    select payments.*
    from {{ ref('payments') }} as payments
    where
        payments.rule_code is null
        and payments.kind = 'customer_payment'
        and not payments.is_after_as_of
        and not exists (select 1 from matches where matches.transaction_id = payments.transaction_id)

),

orders as (

    select * from {{ ref('payable_orders') }}

),

numbers as (

    select * from {{ ref('purpose_numbers') }}

),

paid_by_order as (

    select
        order_id,
        sum(amount_in_currency) as paid
    from matches
    group by order_id

),

open_orders as (

    select
        orders.*,
        orders.amount - coalesce(paid_by_order.paid, 0) as open_amount
    from orders
    left join paid_by_order
        on orders.order_id = paid_by_order.order_id
    where orders.is_open and orders.amount > coalesce(paid_by_order.paid, 0)

),

unpaid_amounts as (

    select
        currency,
        amount,
        order_date,
        min(order_id) as order_id
    from open_orders
    where open_amount = amount
    group by currency, amount, order_date

),

suspicions as (

    select
        unmatched.transaction_id,
        orders.order_id,
        'names_an_order' as reason,
        case when orders.customer_id = unmatched.customer_id then 0 else 1 end as weight,
        abs({{ days_between('orders.order_date', 'unmatched.booked_on') }}) as days_apart
    from unmatched
    inner join numbers
        on unmatched.transaction_id = numbers.transaction_id
    inner join orders
        on numbers.number = orders.number
    left join open_orders
        on orders.order_id = open_orders.order_id
    where orders.customer_id = unmatched.customer_id or open_orders.order_id is not null

    union all

    select
        unmatched.transaction_id,
        open_orders.order_id,
        'open_order_of_the_payer' as reason,
        2 as weight,
        abs({{ days_between('open_orders.order_date', 'unmatched.booked_on') }}) as days_apart
    from unmatched
    inner join open_orders
        on unmatched.customer_id = open_orders.customer_id

    union all

    select
        unmatched.transaction_id,
        unpaid_amounts.order_id,
        'unpaid_order_of_the_amount' as reason,
        3 as weight,
        abs({{ days_between('unpaid_amounts.order_date', 'unmatched.booked_on') }}) as days_apart
    from unmatched
    inner join unpaid_amounts
        on
            unmatched.amount_in_currency = unpaid_amounts.amount
            and coalesce(
                unmatched.currency = unpaid_amounts.currency,
                unmatched.currency is null and unpaid_amounts.currency is null
            )

),

suspicions_in_order as (

    select
        transaction_id,
        order_id,
        reason,
        row_number() over (partition by transaction_id order by weight, days_apart, order_id) as place
    from suspicions
    where weight = 0 or days_apart <= {{ var('payment_match_days') }}

)

select
    transaction_id,
    order_id,
    reason
from suspicions_in_order
where place = 1
