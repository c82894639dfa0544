-- Sales that may stand in the data twice: pairs of orders that both count, and payments that do not, for an order
-- may be behind them.
with possible as (

    select * from {{ ref('possible_same_sales') }}

),

same_sales as (

    select * from {{ ref('same_sales') }}

),

payments as (

    select * from {{ ref('payment_outcomes') }} where outcome = 'possible_double'

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

in_same_sales as (

    select copy_id as order_id from same_sales

    union

    select kept_id as order_id from same_sales

)

select
    possible.order_id,
    possible.other_id,
    possible.source,
    possible.other_source,
    possible.customer_id,
    possible.amount,
    case when possible.is_near then 'several_sales_of_the_amount' else 'same_day_and_amount' end as reason
from possible
where
    not exists (select 1 from in_same_sales as same where same.order_id = possible.order_id)
    and not exists (select 1 from in_same_sales as same where same.order_id = possible.other_id)

union all

select
    payments.possible_order_id as order_id,
    payments.transaction_id as other_id,
    orders.source,
    'bank' as other_source,
    payments.customer_id,
    payments.amount,
    payments.possible_reason as reason
from payments
left join orders
    on payments.possible_order_id = orders.order_id
