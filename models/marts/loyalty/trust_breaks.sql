-- S1-4. What breaks trust: a complaint not solved in time, a late delivery, an order given back in full and not
-- exchanged. The next purchase after it restores trust.
with complaints as (

    select * from {{ ref('complaints') }} where not is_solved_in_time

),

deliveries as (

    select * from {{ ref('deliveries') }} where customer_id is not null and delivered_on > promised_on

),

refunded_orders as (

    select * from {{ ref('refunded_orders') }} where is_qualifying and fully_refunded_on is not null

),

exchanged_orders as (

    select * from {{ ref('exchanged_orders') }} where ends_on is null

),

customer_days as (

    select * from {{ ref('customer_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

events as (

    select
        customer_id,
        {{ add_days('due_on', 1) }} as happened_on,
        'complaint_not_solved' as cause
    from complaints
    union all
    select
        customer_id,
        delivered_on as happened_on,
        'late_delivery' as cause
    from deliveries
    union all
    select
        refunded_orders.customer_id,
        refunded_orders.fully_refunded_on as happened_on,
        'full_refund' as cause
    from refunded_orders
    left join exchanged_orders
        on refunded_orders.order_id = exchanged_orders.order_id
    where refunded_orders.customer_id is not null and exchanged_orders.order_id is null
    union all
    select
        customer_id,
        order_date as happened_on,
        'purchase' as cause
    from customer_days

),

days as (

    select distinct
        events.customer_id,
        events.happened_on,
        events.cause
    from events
    cross join run_context
    where events.happened_on <= run_context.as_of_date

),

-- A purchase of the same day comes before what broke trust on it.
followed as (

    select
        customer_id,
        happened_on as broke_on,
        cause,
        min(case when cause = 'purchase' then happened_on end) over (
            partition by customer_id order by happened_on, case when cause = 'purchase' then 0 else 1 end
            rows between current row and unbounded following
        ) as restored_on
    from days

)

select
    customer_id,
    broke_on,
    cause,
    restored_on
from followed
where cause <> 'purchase'
