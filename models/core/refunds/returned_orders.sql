-- The order that a return takes back from: its own, if that has sold the goods; else the latest one before it of the
-- same customer with the same goods in the same currency at the same price, or at a higher one, of which enough has
-- not been returned yet; in order of the returns.
with own_returns as (

    select * from {{ ref('own_returns') }}

),

-- What stands in an order that is no sale, as a cancelled one, takes nothing back from another.
orders_without_sale as (

    select order_id from {{ ref('booked_orders') }} where not is_qualifying

),

returns_said_twice as (

    select * from {{ ref('returns_said_twice') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

other_returns as (

    select
        returns.*,
        coalesce(currencies.currency, upper(returns.currency), base.base_currency, '') as iso_currency
    from {{ ref('returns') }} as returns
    cross join base
    left join currencies
        on upper(returns.currency) = currencies.spelling
    left join own_returns
        on
            returns.entity = 'order_lines'
            and returns.refund_id = own_returns.refund_id
    left join orders_without_sale
        on returns.return_id = orders_without_sale.order_id
    left join returns_said_twice
        on
            returns.entity = returns_said_twice.entity
            and returns.refund_id = returns_said_twice.refund_id
    where
        own_returns.refund_id is null
        and orders_without_sale.order_id is null
        and returns_said_twice.refund_id is null

),

taken as (

    select
        order_id,
        product_id,
        price,
        sum(units) as units
    from own_returns
    group by order_id, product_id, price

),

goods_left as (

    select
        goods.entity,
        goods.customer_id,
        goods.product_id,
        goods.iso_currency,
        goods.order_id,
        goods.line_no,
        goods.ordered_at,
        goods.price,
        cast(goods.units - coalesce(taken.units, 0) as decimal(28, 6)) as units
    from {{ ref('returnable_goods') }} as goods
    left join taken
        on
            goods.order_id = taken.order_id
            and goods.product_id = taken.product_id
            and goods.price = taken.price

)

select
    'order_lines' as entity,
    refund_id,
    order_id,
    line_no
from own_returns

union all

select
    entity,
    refund_id,
    order_id,
    line_no
from (
    {{ latest_with_enough_left(
        'other_returns', 'goods_left', ['entity', 'customer_id', 'product_id', 'iso_currency']
    ) }}
) as others
