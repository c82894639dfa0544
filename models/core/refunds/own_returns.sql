-- Returns that stand in the order that sold the goods, at their price: they are of that order, whoever the customer
-- is, as long as it has sold as much; one that is too much for it is passed over.
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

),

candidates as (

    select
        returns.*,
        goods.line_no,
        goods.units as units_sold
    from returns
    inner join goods
        on
            returns.return_id = goods.order_id
            and returns.product_id = goods.product_id
            and returns.price = goods.price

),

fitting as (

    {{ first_that_fit(
        relation='candidates',
        group_by='return_id, product_id, price',
        id='refund_id',
        amount='units',
        order_by='returned_at, refund_id',
        limit='units_sold'
    ) }}

)

select
    candidates.refund_id,
    candidates.return_id as order_id,
    candidates.line_no,
    candidates.product_id,
    candidates.price,
    candidates.units
from candidates
inner join fitting
    on candidates.refund_id = fitting.refund_id
