-- What those who were asked about their wallet have bought and given back, in all and by category.
{{ config(materialized='view') }}

with surveyed as (

    select distinct customer_id from {{ ref('survey_answers') }}

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

products as (

    select * from {{ ref('products') }} where category is not null

),

refunds as (

    select * from {{ ref('refunds') }} where rule_code is null

),

their_orders as (

    select orders.*
    from orders
    inner join surveyed
        on orders.customer_id = surveyed.customer_id

),

their_lines as (

    select
        their_orders.customer_id,
        their_orders.order_id,
        their_orders.order_date,
        their_orders.amount as order_amount,
        lines.line_no,
        lines.amount,
        products.category
    from their_orders
    inner join lines
        on their_orders.order_id = lines.order_id
    inner join products
        on lines.product_id = products.product_id

),

movements as (

    select
        customer_id,
        cast(null as string) as category,
        order_date,
        order_date as known_on,
        amount
    from their_orders

    union all

    select
        their_orders.customer_id,
        cast(null as string) as category,
        their_orders.order_date,
        refunds.refund_date as known_on,
        -refunds.amount as amount
    from their_orders
    inner join refunds
        on their_orders.order_id = refunds.order_id

    union all

    select
        customer_id,
        category,
        order_date,
        order_date as known_on,
        amount
    from their_lines

    union all

    -- A refund that names no line is of all of them alike.
    select
        their_lines.customer_id,
        their_lines.category,
        their_lines.order_date,
        refunds.refund_date as known_on,
        case
            when refunds.line_no is not null then -refunds.amount
            else {{ cents('-their_lines.amount * ' ~ ratio('refunds.amount', 'their_lines.order_amount')) }}
        end as amount
    from their_lines
    inner join refunds
        on
            their_lines.order_id = refunds.order_id
            and coalesce(refunds.line_no, their_lines.line_no, '') = coalesce(their_lines.line_no, '')

)

select
    customer_id,
    category,
    order_date,
    known_on,
    {{ money_sum('amount') }} as amount
from movements
group by customer_id, category, order_date, known_on
