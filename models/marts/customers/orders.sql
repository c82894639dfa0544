-- Qualifying orders by the as-of date, net of the refunds known by then. An order refunded in full
-- has stopped being a purchase, and is not here.
with booked as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

refunded as (

    select * from {{ ref('refunded_orders') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

sold as (

    select
        booked.order_id,
        booked.source,
        booked.customer_id,
        booked.ordered_at,
        booked.order_date,
        booked.channel,
        booked.store_id,
        booked.manager_id,
        coalesce(refunded.refunded_amount, 0) as refunded_amount,
        cast(booked.amount - coalesce(refunded.refunded_amount, 0) as decimal(18, 2)) as revenue,
        booked.cost
    from booked
    cross join run_context
    left join refunded
        on booked.order_id = refunded.order_id
    where
        booked.is_qualifying
        and booked.order_date <= run_context.as_of_date
        and refunded.fully_refunded_on is null

)

select
    order_id,
    source,
    customer_id,
    ordered_at,
    order_date,
    channel,
    store_id,
    manager_id,
    revenue,
    cost,
    cast(revenue - cost as decimal(18, 2)) as margin,
    cast(refunded_amount as decimal(18, 2)) as refunded_amount,
    case when customer_id is not null then row_number() over by_time end as order_number,
    case when customer_id is not null then lag(order_date) over by_time end as previous_order_date,
    case when customer_id is not null then lead(order_date) over by_time end as next_order_date
from sold
-- The date first: where clocks are set back over midnight, a later moment can lie on an earlier date.
window by_time as (partition by customer_id order by order_date, ordered_at, order_id)
