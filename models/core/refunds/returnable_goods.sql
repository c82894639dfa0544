-- What those who return something have bought, at what price: the stock their returns are taken from.
with returns as (

    select * from {{ ref('returns') }}

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

lines as (

    {{ sold_lines() }}

),

goods_returned as (

    select distinct
        entity,
        customer_id,
        product_id
    from returns

)

select
    goods_returned.entity,
    orders.customer_id,
    lines.product_id,
    coalesce(orders.currency, '') as iso_currency,
    orders.order_id,
    min(lines.line_no) as line_no,
    orders.ordered_at,
    cast(lines.unit_price as decimal(28, 6)) as price,
    cast(sum(lines.quantity) as decimal(28, 6)) as units
from goods_returned
inner join orders
    on goods_returned.customer_id = orders.customer_id
inner join lines
    on
        orders.order_id = lines.order_id
        and goods_returned.product_id = lines.product_id
where goods_returned.entity = 'order_lines'
group by
    goods_returned.entity, orders.customer_id, lines.product_id, orders.currency, orders.order_id, orders.ordered_at,
    lines.unit_price
having sum(lines.quantity) > 0

union all

select
    goods_returned.entity,
    orders.customer_id,
    goods_returned.product_id,
    coalesce(orders.currency, '') as iso_currency,
    orders.order_id,
    null as line_no,
    orders.ordered_at,
    cast(orders.amount_in_currency as decimal(28, 6)) as price,
    cast(orders.amount_in_currency as decimal(28, 6)) as units
from goods_returned
inner join orders
    on goods_returned.customer_id = orders.customer_id
where goods_returned.entity = 'orders' and orders.amount_in_currency > 0
