-- The money of sales by its own date, beside revenue, which is by the date of the order: a refund lowers the cash of
-- the month it is given back in, and the revenue of the month its order was made in. In all months they are one.
with orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

run_context as (

    select * from {{ ref('run_context') }}

),

sold as (

    select
        orders.order_id,
        {{ period_start('month', 'orders.order_date') }} as month,
        orders.amount
    from orders
    cross join run_context
    where orders.order_date <= run_context.as_of_date

),

given_back as (

    select
        sold.month as month_of_order,
        {{ period_start('month', 'refunds.refund_date') }} as month,
        refunds.amount
    from {{ ref('money_given_back') }} as refunds
    cross join run_context
    inner join sold
        on refunds.order_id = sold.order_id
    where refunds.refund_date <= run_context.as_of_date

),

movements as (

    select
        month,
        amount as sales,
        0 as refunds,
        0 as refunds_of_orders
    from sold

    union all

    select
        month,
        0 as sales,
        amount as refunds,
        0 as refunds_of_orders
    from given_back

    union all

    select
        month_of_order as month,
        0 as sales,
        0 as refunds,
        amount as refunds_of_orders
    from given_back

)

select
    month,
    {{ money_total('sales') }} as sales,
    {{ money_total('refunds') }} as refunds,
    {{ money_total('sales - refunds') }} as cash,
    {{ money_total('refunds_of_orders') }} as refunds_of_orders,
    {{ money_total('sales - refunds_of_orders') }} as revenue
from movements
group by month
