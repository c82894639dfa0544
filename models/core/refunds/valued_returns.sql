-- What each return gives back, and of which order. Units are counted up before they are rounded, and the last of some
-- goods takes what is left of their price: whoever brings back everything gets everything back, and no more.
with returned as (

    select
        returns.*,
        returned_orders.order_id,
        returned_orders.line_no,
        sum(returns.units) over (
            partition by returns.entity, returned_orders.order_id, returns.product_id, returns.price
            order by returns.returned_at, returns.refund_id
            rows between unbounded preceding and current row
        ) as units_so_far
    from {{ ref('returns') }} as returns
    left join {{ ref('returned_orders') }} as returned_orders
        on
            returns.entity = returned_orders.entity
            and returns.refund_id = returned_orders.refund_id

),

lines as (

    {{ sold_lines() }}

),

orders_with_returns as (

    select distinct order_id from returned where entity = 'order_lines'

),

goods as (

    select
        lines.order_id,
        lines.product_id,
        lines.unit_price as price,
        sum(lines.quantity) as units,
        sum({{ line_amount('lines.quantity', 'lines.unit_price') }}) as amount
    from lines
    inner join orders_with_returns
        on lines.order_id = orders_with_returns.order_id
    group by lines.order_id, lines.product_id, lines.unit_price
    -- More units than a number may have are not counted up.
    having sum(lines.quantity) < 1000000000000

),

worth as (

    select
        returned.*,
        goods.order_id is not null as is_of_goods,
        case
            when returned.units_so_far = goods.units then goods.amount
            when goods.order_id is not null
                then least(goods.amount, {{ line_amount('returned.units_so_far', 'goods.price') }})
        end as worth_so_far,
        case
            when goods.order_id is not null
                then least(goods.amount, {{ line_amount('(returned.units_so_far - returned.units)', 'goods.price') }})
        end as worth_before
    from returned
    left join goods
        on
            returned.entity = 'order_lines'
            and returned.order_id = goods.order_id
            and returned.product_id = goods.product_id
            and returned.price = goods.price
            and returned.units_so_far <= goods.units

)

select
    entity,
    refund_id,
    return_id,
    order_id,
    line_no,
    returned_at,
    case when is_of_goods then cast(worth_so_far - worth_before as decimal(18, 2)) else amount end as amount,
    currency,
    file,
    file_line
from worth
