-- S3-6: who goes on buying after a price rise. Of the rises of list prices of products that a customer had bought
-- before, those after which the customer has bought the product again in full: at the list price of that day or above.
-- It stands beside pays_premium and promotes nobody: one purchase after a rise may have had no choice.
with rises as (

    select * from {{ ref('list_price_changes') }} where list_price > previous_price

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null and list_amount > 0

),

-- A discount on a whole order is in none of its lines: then nothing was paid in full.
full_price_orders as (

    select * from {{ ref('listed_orders') }} where full_price_amount > 0

),

purchases as (

    select
        orders.customer_id,
        orders.order_date,
        lines.product_id,
        bool_or(full_price_orders.order_id is not null and lines.amount >= lines.list_amount) as is_full_price
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    left join full_price_orders
        on lines.order_id = full_price_orders.order_id
    group by orders.customer_id, orders.order_date, lines.product_id

),

met as (

    select
        purchases.customer_id,
        rises.product_id,
        rises.changed_on,
        bool_or(purchases.order_date < rises.changed_on) as is_known_from_before,
        bool_or(purchases.order_date >= rises.changed_on and purchases.is_full_price) as is_paid
    from rises
    inner join purchases
        on rises.product_id = purchases.product_id
    group by purchases.customer_id, rises.product_id, rises.changed_on

)

select
    customer_id,
    count(*) as rises_met,
    cast(sum(case when is_paid then 1 else 0 end) as bigint) as rises_paid,
    sum(case when is_paid then 1 else 0 end) > 0 as has_bought_after_a_rise
from met
where is_known_from_before
group by customer_id
