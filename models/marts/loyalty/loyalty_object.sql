-- S4-25. Whom is a customer loyal to, a brand or us? Spending of which the brand is unknown may have been on any: the
-- answer stands only where it would be the same either way. Where one brand is on sale, or nothing was bought on a
-- second day, nobody can tell. Services have no brand and do not count.
with orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }} where is_service is not true

),

shop as (

    select count(distinct brand) as brands_on_sale from products

),

brands_by_customer as (

    select
        orders.customer_id,
        products.brand,
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
        case
            when brand is not null
                then row_number() over (partition by customer_id, brand is null order by amount desc, brand asc)
        end as place
    from brands_by_customer

),

customers as (

    select
        customer_id,
        count(brand) as brands,
        min(case when place = 1 then brand end) as top_brand,
        {{ money_sum('amount') }} as amount,
        coalesce({{ money_sum('case when brand is not null then amount end') }}, 0) as branded_amount,
        coalesce({{ money_sum('case when place = 1 then amount end') }}, 0) as top_brand_amount,
        max(last_bought_on) > min(first_bought_on) as has_repeated
    from ranked
    group by customer_id

)

select
    customers.customer_id,
    customers.brands,
    customers.top_brand,
    customers.amount,
    customers.branded_amount,
    {{ ratio('customers.top_brand_amount', 'customers.branded_amount') }} as top_brand_share,
    case
        when shop.brands_on_sale < 2 or not customers.has_repeated or customers.amount = 0 then null
        when customers.top_brand_amount >= {{ var('brand_loyal_share') }} * customers.amount then 'brand'
        when
            customers.amount - customers.branded_amount + customers.top_brand_amount
            < {{ var('brand_loyal_share') }} * customers.amount
            then 'seller'
    end as loyalty_object
from customers
cross join shop
where customers.brands > 0
