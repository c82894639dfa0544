-- Money goes to the orders its purpose names, earlier payments and earlier orders first, to no order more than it
-- costs. What one pass leaves over, since an order was paid for already, the next one gives to the other orders.
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

),

-- Somebody else's order is paid for only where number and amount both say so.
pairs_0 as (

    select
        transaction_id,
        order_id,
        booked_at,
        order_date,
        kinship,
        payment_amount as payment_left,
        order_amount as order_left,
        cast(0 as decimal(38, 2)) as amount
    from weighed
    where kinship = nearest_kinship and (kinship < 3 or named_amount = payment_amount)

),
{% for pass in range(1, 4) %}
asked_{{ pass }} as (

    select
        *,
        greatest(0, least(order_left, payment_left - (
            sum(order_left) over (
                partition by transaction_id order by order_date, order_id
                rows between unbounded preceding and current row
            ) - order_left
        ))) as asked
    from pairs_{{ pass - 1 }}

),

given_{{ pass }} as (

    select
        *,
        greatest(0, least(asked, order_left - (
            sum(asked) over (
                partition by order_id order by booked_at, transaction_id
                rows between unbounded preceding and current row
            ) - asked
        ))) as given
    from asked_{{ pass }}

),

pairs_{{ pass }} as (

    select
        transaction_id,
        order_id,
        booked_at,
        order_date,
        kinship,
        payment_left - sum(given) over (partition by transaction_id) as payment_left,
        order_left - sum(given) over (partition by order_id) as order_left,
        amount + given as amount
    from given_{{ pass }}

){{ ',' if not loop.last }}
{% endfor %}
select
    transaction_id,
    order_id,
    case when kinship = 3 then 'number_and_amount' else 'number' end as matched_by,
    cast(amount as decimal(18, 2)) as amount_in_currency
from pairs_3
where amount > 0
