-- What customers have bought at a known list price, and how much of it at that price or above. A discount on a
-- whole order is in none of its lines: then nothing was paid in full.
{{ config(materialized='view') }}

with lines as (

    select * from {{ ref('order_lines') }} where rule_code is null and list_amount > 0

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying and customer_id is not null

),

run_context as (

    select * from {{ ref('run_context') }}

),

lines_by_order as (

    select
        order_id,
        sum(amount) as amount,
        sum(case when amount >= list_amount then amount else 0 end) as full_price_amount
    from lines
    group by order_id

)

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    cast(lines_by_order.amount as decimal(18, 2)) as amount,
    cast(
        case when orders.amount >= lines_by_order.amount then lines_by_order.full_price_amount else 0 end
        as decimal(18, 2)
    ) as full_price_amount
from lines_by_order
inner join orders
    on lines_by_order.order_id = orders.order_id
cross join run_context
where orders.order_date <= run_context.as_of_date
