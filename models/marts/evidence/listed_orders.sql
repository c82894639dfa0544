-- What customers have bought at a known list price, and how much of it at that price or above. A discount on a
-- whole order is in none of its lines: then nothing was paid in full.
{{ config(materialized='view') }}

with lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

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
        count(*) as lines,
        sum(amount) as amount,
        sum(case when list_amount > 0 then amount end) as listed_amount,
        sum(case when list_amount > 0 and amount >= list_amount then amount else 0 end) as full_price_amount
    from lines
    group by order_id

)

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    cast(lines_by_order.listed_amount as decimal(18, 2)) as amount,
    cast(
        case
            -- Lines in another currency are rounded one by one: a cent each is no discount.
            when orders.amount + 0.01 * lines_by_order.lines >= lines_by_order.amount
                then lines_by_order.full_price_amount
            else 0
        end as decimal(18, 2)
    ) as full_price_amount
from lines_by_order
inner join orders
    on lines_by_order.order_id = orders.order_id
cross join run_context
where orders.order_date <= run_context.as_of_date and lines_by_order.listed_amount is not null
