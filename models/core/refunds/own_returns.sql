-- Returns that stand in the order that sold the goods, at their price: they are of that order, whoever the customer
-- is, as long as it has sold as much.
with returns as (

    select * from {{ ref('returns') }} where entity = 'order_lines'

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

lines as (

    {{ sold_lines() }}

),

orders_with_returns as (

    select distinct return_id as order_id from returns

),

running as (

    select
        refund_id,
        return_id,
        product_id,
        price,
        units,
        sum(units) over (
            partition by return_id, product_id, price order by returned_at, refund_id
            rows between unbounded preceding and current row
        ) as units_so_far
    from returns

),

goods as (

    select
        lines.order_id,
        lines.product_id,
        lines.unit_price as price,
        min(lines.line_no) as line_no,
        sum(lines.quantity) as units
    from lines
    inner join orders_with_returns
        on lines.order_id = orders_with_returns.order_id
    inner join orders
        on lines.order_id = orders.order_id
    group by lines.order_id, lines.product_id, lines.unit_price

)

select
    running.refund_id,
    goods.order_id,
    goods.line_no,
    running.product_id,
    running.price,
    running.units
from running
inner join goods
    on
        running.return_id = goods.order_id
        and running.product_id = goods.product_id
        and running.price = goods.price
where running.units_so_far <= goods.units
