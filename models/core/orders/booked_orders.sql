-- All orders: those of the order files, of which one counts where a sale stands in two sources, and the payments
-- that are orders themselves.
with orders as (

    select * from {{ ref('orders_of_files') }}

),

bank_orders as (

    select * from {{ ref('bank_orders') }}

)

select
    orders.order_id,
    orders.source,
    orders.customer_id,
    orders.ordered_at,
    orders.order_date,
    orders.status,
    orders.is_qualifying,
    orders.is_genuine,
    orders.currency,
    orders.rate,
    orders.amount_in_currency,
    orders.amount,
    orders.cost,
    orders.channel,
    orders.store_id,
    orders.manager_id,
    orders.file,
    orders.file_line,
    orders.is_derived,
    orders.rule_code
from orders

union all

select
    bank_orders.order_id,
    bank_orders.source,
    bank_orders.customer_id,
    bank_orders.ordered_at,
    bank_orders.order_date,
    'paid' as status,
    true as is_qualifying,
    true as is_genuine,
    bank_orders.currency,
    bank_orders.rate,
    bank_orders.amount_in_currency,
    bank_orders.amount,
    null as cost,
    null as channel,
    null as store_id,
    null as manager_id,
    bank_orders.file,
    bank_orders.file_line,
    true as is_derived,
    null as rule_code
from bank_orders
