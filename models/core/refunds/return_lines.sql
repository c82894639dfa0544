-- Lines below zero that are returns of their own: those of an order that takes back at least what it sells, and goods
-- of the order itself that came back on a later day. In an order that sells more the others lower it, as do all in
-- one that has a header.
with lines as (

    select
        accepted.*,
        {{ local_date('accepted.ordered_at', 'settings.timezone') }} as line_date
    from {{ ref('stg_order_lines') }} as accepted
    cross join {{ ref('stg_settings') }} as settings
    where accepted.rule_code is null

),

headers as (

    select * from {{ ref('stg_orders') }}

),

orders_that_take_back as (

    select distinct lines.order_id
    from lines
    left join headers
        on lines.order_id = headers.order_id
    where lines.quantity < 0 and headers.order_id is null

),

orders_with_nothing_left as (

    select lines.order_id
    from lines
    inner join orders_that_take_back
        on lines.order_id = orders_that_take_back.order_id
    group by lines.order_id
    having max(lines.quantity) < 0 or sum({{ line_amount('lines.quantity', 'lines.unit_price') }}) <= 0

),

goods_sold as (

    select
        lines.order_id,
        lines.product_id,
        lines.unit_price,
        min(lines.line_date) as sold_on
    from lines
    inner join orders_that_take_back
        on lines.order_id = orders_that_take_back.order_id
    where lines.quantity > 0
    group by lines.order_id, lines.product_id, lines.unit_price

)

select
    -- A line without a number is known by what it says, wherever it stands. The marks of this id within its parts are
    -- written as in a web address, or else two lines could have one id.
    concat(
        replace(replace(lines.order_id, '%', '%25'), ':', '%3A'),
        ':',
        coalesce(
            replace(replace(replace(lines.line_no, '%', '%25'), ':', '%3A'), '#', '%23'),
            concat('#', row_number() over (
                partition by lines.order_id, lines.line_no
                order by
                    lines.product_id nulls last, lines.unit_price, lines.quantity, lines.ordered_at nulls last,
                    lines.file, lines.file_line
            ))
        )
    ) as refund_id,
    lines.order_id,
    lines.customer_id,
    lines.product_id,
    lines.unit_price,
    cast(-lines.quantity as decimal(18, 6)) as units,
    lines.ordered_at as returned_at,
    lines.status,
    lines.currency,
    lines.file,
    lines.file_line
from lines
left join orders_with_nothing_left
    on lines.order_id = orders_with_nothing_left.order_id
left join goods_sold
    on
        lines.order_id = goods_sold.order_id
        and lines.product_id = goods_sold.product_id
        and lines.unit_price = goods_sold.unit_price
        and lines.line_date > goods_sold.sold_on
where
    lines.quantity < 0
    and (orders_with_nothing_left.order_id is not null or goods_sold.order_id is not null)
