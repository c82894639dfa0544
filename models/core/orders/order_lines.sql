-- Lines of loaded orders, in the base currency at their order's rate.
with lines as (

    {{ sold_lines() }}

),

orders as (

    select * from {{ ref('booked_orders') }}

),

returns as (

    select * from {{ ref('returns') }}

)

select
    lines.order_id,
    lines.line_no,
    lines.product_id,
    lines.quantity,
    lines.list_price,
    {{ converted(line_amount('lines.quantity', 'lines.unit_price'), 'orders.rate') }} as amount,
    {{ converted(line_amount('lines.quantity', 'lines.unit_cost'), 'orders.rate') }} as cost,
    {{ converted(line_amount('lines.quantity', 'lines.list_price'), 'orders.rate') }} as list_amount,
    {{ converted('lines.discount_amount', 'orders.rate') }} as discount_amount,
    lower(lines.discount_kind) as discount_kind,
    lines.file,
    lines.file_line,
    case
        when orders.order_id is null then 'orphan_line'
        when orders.rule_code is not null and orders.is_derived then orders.rule_code
        when orders.rule_code is not null then 'orphan_line'
        when {{ converted(line_amount('lines.quantity', 'lines.unit_price'), 'orders.rate') }} is null
            then 'amount_too_large'
    end as rule_code
from lines
left join orders
    on lines.order_id = orders.order_id
-- Details of an order below zero are lines of none.
where lines.order_id not in (select returns.return_id from returns where returns.entity = 'orders')
