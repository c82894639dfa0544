-- Revenue of a product is that of its lines, net of refunds. A refund of a whole order is spread over
-- the order's lines by their amounts, by running totals, so that the parts add up to the cent.
with orders as (

    select * from {{ ref('orders') }}

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

refunds as (

    select * from {{ ref('refunds') }} where rule_code is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

refunds_by_line as (

    select
        refunds.order_id,
        refunds.line_no,
        -- Of two lines with one number, the refund is of the larger; said here, so that the join is one of equality.
        cast(1 as bigint) as line_copy,
        sum(refunds.amount) as refunded_amount
    from refunds
    cross join run_context
    where refunds.refund_date <= run_context.as_of_date
    group by refunds.order_id, refunds.line_no

),

lines_of_orders as (

    select
        orders.order_id,
        orders.order_date,
        lines.line_no,
        lines.product_id,
        lines.quantity,
        lines.file,
        lines.file_line,
        lines.amount,
        row_number() over (
            partition by lines.order_id, lines.line_no order by lines.amount desc, lines.product_id asc
        ) as line_copy
    from lines
    inner join orders
        on lines.order_id = orders.order_id

),

lines_of_refunded_orders as (

    select
        lines_of_orders.*,
        coalesce(of_line.refunded_amount, 0) as refunded_by_line,
        coalesce(of_order.refunded_amount, 0) as refunded_by_order,
        sum(lines_of_orders.amount) over (partition by lines_of_orders.order_id) as order_amount,
        sum(lines_of_orders.amount) over (
            partition by lines_of_orders.order_id
            order by
                lines_of_orders.product_id, lines_of_orders.line_no nulls last, lines_of_orders.amount,
                lines_of_orders.line_copy
            rows between unbounded preceding and current row
        ) as amount_so_far
    from lines_of_orders
    left join refunds_by_line as of_line
        on
            lines_of_orders.order_id = of_line.order_id
            and lines_of_orders.line_no = of_line.line_no
            and lines_of_orders.line_copy = of_line.line_copy
    left join refunds_by_line as of_order
        on
            lines_of_orders.order_id = of_order.order_id
            and of_order.line_no is null

),

net_lines as (

    select
        product_id,
        order_id,
        order_date,
        quantity,
        amount - refunded_by_line - case
            when refunded_by_order > 0 and order_amount > 0
                then
                    {{ cents('refunded_by_order * cast(amount_so_far / order_amount as decimal(18, 12))') }}
                    - {{ cents(
                        'refunded_by_order * cast((amount_so_far - amount) / order_amount as decimal(18, 12))'
                    ) }}
            else 0
        end as revenue
    from lines_of_refunded_orders

)

select
    product_id,
    {{ period_start('month', 'order_date') }} as month,
    count(distinct order_id) as orders,
    cast(sum(quantity) as decimal(28, 6)) as quantity,
    {{ money_sum('revenue') }} as revenue,
    min(order_date) as first_order_date
from net_lines
group by product_id, {{ period_start('month', 'order_date') }}
