-- S4-4. How long one may be silent depends on what one buys: the window of a product line from the gaps of those who
-- bought it again, each customer counted once by the median of their gaps.
with orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }} where product_line is not null

),

line_days as (

    select distinct
        orders.customer_id,
        products.product_line,
        orders.order_date
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    inner join products
        on lines.product_id = products.product_id

),

gaps as (

    select
        customer_id,
        product_line,
        {{ days_between(
            'lag(order_date) over (partition by customer_id, product_line order by order_date)', 'order_date'
        ) }} as gap_days
    from line_days

),

customers as (

    select
        customer_id,
        product_line,
        count(gap_days) as gaps,
        median(gap_days) as median_gap_days
    from gaps
    group by customer_id, product_line

),

product_lines as (

    select
        product_line,
        count(*) as customers,
        count(median_gap_days) as repeat_customers,
        cast(sum(gaps) as bigint) as gaps,
        cast(median(median_gap_days) as double) as median_gap_days
    from customers
    group by product_line

)

select
    product_line,
    customers,
    repeat_customers,
    gaps,
    median_gap_days,
    cast(ceil({{ var('personal_window_gaps') }} * median_gap_days) as bigint) as window_days
from product_lines
