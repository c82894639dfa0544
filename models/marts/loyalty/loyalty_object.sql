-- S4-25. Whom is a customer loyal to, a brand or us? Where only one brand is on sale, or nothing was bought twice,
-- nobody can tell.
with orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }} where brand is not null

),

shop as (

    select count(distinct brand) as brands_on_sale from products

),

brands_by_customer as (

    select
        orders.customer_id,
        products.brand,
        count(distinct orders.order_date) as purchase_days,
        min(orders.order_date) as first_bought_on,
        max(orders.order_date) as last_bought_on,
        {{ money_sum('lines.amount') }} as amount
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    inner join products
        on lines.product_id = products.product_id
    group by orders.customer_id, products.brand

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id order by amount desc, brand) as place
    from brands_by_customer

),

customers as (

    select
        customer_id,
        count(*) as brands,
        min(case when place = 1 then brand end) as top_brand,
        {{ money_sum('case when place = 1 then amount end') }} as top_brand_amount,
        {{ money_sum('amount') }} as branded_amount,
        -- More days than one, be it of one brand or of several.
        max(last_bought_on) > min(first_bought_on) as has_repeated
    from ranked
    group by customer_id

)

select
    customers.customer_id,
    customers.brands,
    customers.top_brand,
    customers.branded_amount,
    {{ ratio('customers.top_brand_amount', 'customers.branded_amount') }} as top_brand_share,
    case
        when shop.brands_on_sale < 2 or not customers.has_repeated or customers.branded_amount = 0 then null
        when customers.top_brand_amount >= {{ var('brand_loyal_share') }} * customers.branded_amount then 'brand'
        else 'seller'
    end as loyalty_object
from customers
cross join shop
