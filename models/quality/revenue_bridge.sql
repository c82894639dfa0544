-- The way of the money of accepted rows into the revenue of the marts, step by step, so that nothing gets lost on
-- the way: what came in, less what is left out, is what the marts have.
with payments as (

    select * from {{ ref('payments') }} where rule_code is null and amount > 0

),

outcomes as (

    select * from {{ ref('payment_outcomes') }}

),

booked as (

    select * from {{ ref('booked_orders') }} where rule_code is null or rule_code = 'same_sale'

),

refunded as (

    select * from {{ ref('refunded_orders') }}

),

orders as (

    select * from {{ ref('orders') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

booked_by_fate as (

    select
        booked.source,
        booked.amount,
        case
            when booked.rule_code is not null then 'counted_twice'
            when booked.order_date > run_context.as_of_date then 'after_as_of'
            when not booked.is_qualifying then 'not_qualifying'
            when refunded.fully_refunded_on is not null then 'fully_refunded'
            else 'sold'
        end as fate,
        coalesce(refunded.refunded_amount, 0) as refunded_amount
    from booked
    cross join run_context
    left join refunded
        on booked.order_id = refunded.order_id

),

-- Scanned once; the sums below are of a handful of rows.
fates as (

    select
        source = 'bank' as is_bank,
        fate,
        count(*) as orders,
        sum(amount) as amount,
        count(case when refunded_amount > 0 then 1 end) as refunded_orders,
        sum(refunded_amount) as refunded_amount
    from booked_by_fate
    group by source = 'bank', fate

),

steps as (

    select 1 as step_no, 'money_received' as step, count(*) as orders, sum(amount) as amount from payments
    union all
    select 2 as step_no, 'less_no_sales' as step, count(*) as orders, -sum(amount) as amount
    from payments where kind <> 'customer_payment'
    union all
    select 3 as step_no, 'less_paid_for_orders' as step, count(*) as orders, -sum(matched_amount) as amount
    from outcomes where matched_amount > 0
    union all
    select 4 as step_no, 'less_unmatched_money' as step, count(*) as orders, -sum(left_amount) as amount
    from outcomes where outcome <> 'order' and left_amount > 0
    union all
    select 5 as step_no, 'booked' as step, sum(orders) as orders, sum(amount) as amount
    from fates where not is_bank
    union all
    select 6 as step_no, 'less_counted_twice' as step, sum(orders) as orders, -sum(amount) as amount
    from fates where fate = 'counted_twice'
    union all
    select 7 as step_no, 'less_after_as_of' as step, sum(orders) as orders, -sum(amount) as amount
    from fates where fate = 'after_as_of'
    union all
    select 8 as step_no, 'less_not_qualifying' as step, sum(orders) as orders, -sum(amount) as amount
    from fates where fate = 'not_qualifying'
    union all
    select 9 as step_no, 'less_fully_refunded' as step, sum(orders) as orders, -sum(amount) as amount
    from fates where fate = 'fully_refunded'
    union all
    select 10 as step_no, 'less_partial_refunds' as step, sum(refunded_orders) as orders, -sum(refunded_amount) as amount
    from fates where fate = 'sold'
    union all
    select 11 as step_no, 'revenue_of_customers' as step, count(*) as orders, sum(revenue) as amount
    from orders where customer_id is not null
    union all
    select 12 as step_no, 'revenue_of_nobody' as step, count(*) as orders, sum(revenue) as amount
    from orders where customer_id is null

)

select
    step_no,
    step,
    cast(coalesce(orders, 0) as bigint) as orders,
    cast(coalesce(amount, 0) as decimal(28, 2)) as amount
from steps
