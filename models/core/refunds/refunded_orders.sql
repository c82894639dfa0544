-- What refunds took from each order by the as-of date, and since when nothing of it is left.
with refunds as (

    select * from {{ ref('money_given_back') }}

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

refunds_by_order as (

    select
        refunds.order_id,
        sum(refunds.amount) as refunded_amount,
        max(case when refunds.amount > 0 then refunds.refund_date end) as last_refund_date
    from refunds
    cross join run_context
    where refunds.refund_date <= run_context.as_of_date
    group by refunds.order_id

)

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    orders.is_qualifying,
    cast(refunds_by_order.refunded_amount as decimal(18, 2)) as refunded_amount,
    case
        when orders.amount > 0 and refunds_by_order.refunded_amount >= orders.amount
            then refunds_by_order.last_refund_date
    end as fully_refunded_on
from refunds_by_order
inner join orders
    on refunds_by_order.order_id = orders.order_id
