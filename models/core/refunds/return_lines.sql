-- Lines below zero that are returns of their own: those of an order that takes back at least what it sells. In an
-- order that sells more, and in one that has a header, they are lines like others, and lower it.
with lines as (

    select * from {{ ref('stg_order_lines') }} where rule_code is null

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

)

select
    lines.order_id,
    -- A line without a number is known by what it says, wherever it stands.
    coalesce(
        lines.line_no,
        concat('#', row_number() over (
            partition by lines.order_id, lines.line_no
            order by
                lines.product_id nulls last, lines.unit_price, lines.quantity, lines.ordered_at nulls last,
                lines.file, lines.file_line
        ))
    ) as line_no,
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
inner join orders_with_nothing_left
    on lines.order_id = orders_with_nothing_left.order_id
where lines.quantity < 0
