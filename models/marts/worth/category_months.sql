-- Which customers bought from a category for the first time, month by month (S4-27).
{{ config(materialized='view') }}

with lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

products as (

    select * from {{ ref('products') }} where category is not null

),

category_months as (

    select
        orders.customer_id,
        products.category,
        {{ period_start('month', 'orders.order_date') }} as month
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    inner join products
        on lines.product_id = products.product_id
    group by orders.customer_id, products.category, {{ period_start('month', 'orders.order_date') }}

),

compared as (

    select
        *,
        min(month) over (partition by customer_id, category) as first_month
    from category_months

)

select
    customer_id,
    month,
    count(*) as categories,
    count(*) filter (where month = first_month) as new_categories
from compared
group by customer_id, month
