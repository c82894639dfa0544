-- S1-2. Whose first order had something new in it: a toy, bought because it was new.
{{ config(materialized='view') }}

with first_orders as (

    select * from {{ ref('orders') }} where order_number = 1

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }}

)

select
    first_orders.customer_id,
    case
        when bool_or(
            first_orders.order_date between products.launched_at
            and {{ add_days('products.launched_at', var('novelty_days')) }}
        ) then true
        when count(*) = count(products.launched_at) then false
    end as is_novelty_buyer
from first_orders
inner join lines
    on first_orders.order_id = lines.order_id
inner join products
    on lines.product_id = products.product_id
group by first_orders.customer_id
