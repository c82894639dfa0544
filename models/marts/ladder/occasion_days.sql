-- The days on which occasions begin: those with a standing order, and those of which all has been refunded since.
{{ config(materialized='view') }}

with customer_days as (

    select * from {{ ref('customer_days') }}

),

refunded_orders as (

    select * from {{ ref('refunded_orders') }}

),

exchanged_orders as (

    select * from {{ ref('exchanged_orders') }}

),

-- An exchange is no occasion of its own, and the order it was given for stays one, refunded or not.
exchanges_by_day as (

    select
        customer_id,
        order_date,
        sum(case when is_exchange then -1 else 1 end) as orders
    from exchanged_orders
    where ends_on is null and (is_exchange or fully_refunded_on is not null)
    group by customer_id, order_date

),

lasting as (

    select
        coalesce(customer_days.customer_id, exchanges_by_day.customer_id) as customer_id,
        coalesce(customer_days.order_date, exchanges_by_day.order_date) as order_date,
        coalesce(customer_days.orders, 0) + coalesce(exchanges_by_day.orders, 0) as orders,
        cast(null as date) as refunded_on
    from customer_days
    full outer join exchanges_by_day
        on
            customer_days.customer_id = exchanges_by_day.customer_id
            and customer_days.order_date = exchanges_by_day.order_date

),

refunded_in_time as (

    select
        refunded_orders.customer_id,
        refunded_orders.order_date,
        case when exchanged_orders.is_exchange then 0 else 1 end as orders,
        case
            when exchanged_orders.order_id is null then refunded_orders.fully_refunded_on
            else exchanged_orders.ends_on
        end as refunded_on
    from refunded_orders
    left join exchanged_orders
        on refunded_orders.order_id = exchanged_orders.order_id
    where refunded_orders.is_qualifying and refunded_orders.customer_id is not null

),

-- An order refunded in full was an occasion for a while, if it was the only one of its day. A day ends with the last of
-- its refunds; where orders are counted, each of them ends with its own.
refunded as (

    select
        refunded_in_time.customer_id,
        refunded_in_time.order_date,
        sum(refunded_in_time.orders) as orders,
        {{ 'refunded_in_time.refunded_on' if var('occasion_unit') == 'order' else 'max(refunded_in_time.refunded_on)' }}
            as refunded_on
    from refunded_in_time
    left join lasting
        on
            refunded_in_time.customer_id = lasting.customer_id
            and refunded_in_time.order_date = lasting.order_date
    where
        refunded_in_time.refunded_on > refunded_in_time.order_date
        and (coalesce(lasting.orders, 0) = 0 or '{{ var('occasion_unit') }}' = 'order')
    group by
        {{ 'refunded_in_time.refunded_on,' if var('occasion_unit') == 'order' }}
        refunded_in_time.customer_id,
        refunded_in_time.order_date

),

occasions as (

    select * from lasting
    union all
    select * from refunded

)

select
    customer_id,
    order_date,
    cast({{ 'orders' if var('occasion_unit') == 'order' else 'least(orders, 1)' }} as bigint) as occasions,
    refunded_on
from occasions
