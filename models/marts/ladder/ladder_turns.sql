-- S3-17: the ladder is a spiral. Whoever buys from a product line for the first time while a regular already
-- does not go back, but begins a new turn; two lines begun on one day are two turns.
with states as (

    select * from {{ ref('ladder_states') }} where is_regular

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }} where product_line is not null

),

customer_product_lines as (

    select
        orders.customer_id,
        products.product_line,
        min(orders.order_date) as started_on,
        count(distinct orders.order_date) as purchase_days,
        max(orders.order_date) as last_order_date
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    inner join products
        on lines.product_id = products.product_id
    group by orders.customer_id, products.product_line

)

select
    new_lines.customer_id,
    cast(
        1 + row_number() over (partition by new_lines.customer_id order by new_lines.started_on, new_lines.product_line)
        as integer
    ) as turn_no,
    new_lines.started_on,
    new_lines.product_line,
    new_lines.purchase_days,
    new_lines.last_order_date
from customer_product_lines as new_lines
-- A regular on the day before.
inner join states
    on
        new_lines.customer_id = states.customer_id
        and new_lines.started_on > states.valid_from
        and new_lines.started_on <= coalesce(states.valid_to, date '9999-12-31')
