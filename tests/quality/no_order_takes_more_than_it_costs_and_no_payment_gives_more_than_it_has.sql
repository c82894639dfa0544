select
    matches.order_id as id,
    sum(matches.amount_in_currency) as money,
    max(orders.amount) as most
from {{ ref('payment_matches') }} as matches
inner join {{ ref('payable_orders') }} as orders
    on matches.order_id = orders.order_id
group by matches.order_id
having sum(matches.amount_in_currency) > max(orders.amount)

union all

select
    matches.transaction_id as id,
    sum(matches.amount_in_currency) as money,
    max(payments.amount_in_currency) as most
from {{ ref('payment_matches') }} as matches
inner join {{ ref('payments') }} as payments
    on matches.transaction_id = payments.transaction_id
group by matches.transaction_id
having sum(matches.amount_in_currency) > max(payments.amount_in_currency)
