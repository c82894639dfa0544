-- What the orders say was paid beside what the bank says, by the month of the order or of the payment. Money in two
-- currencies is compared in that of the order, so that an order paid in full leaves nothing.
with orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_genuine

),

matches as (

    select * from {{ ref('payment_matches') }}

),

outcomes as (

    select * from {{ ref('payment_outcomes') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

paid_by_order as (

    select
        order_id,
        sum(amount_in_currency) as paid_in_currency
    from matches
    group by order_id

),

orders_with_payments as (

    select
        orders.source,
        {{ period_start('month', 'orders.order_date') }} as month,
        orders.amount as booked,
        case when orders.is_qualifying then orders.amount end as paid,
        case
            when not orders.is_qualifying or paid_by_order.order_id is null then 0
            when paid_by_order.paid_in_currency = orders.amount_in_currency then orders.amount
            else {{ cents('paid_by_order.paid_in_currency * orders.rate') }}
        end as matched
    from orders
    cross join run_context
    left join paid_by_order
        on orders.order_id = paid_by_order.order_id
    where orders.source <> 'bank' and orders.order_date <= run_context.as_of_date

),

payments as (

    select
        'bank' as source,
        {{ period_start('month', 'outcomes.booked_on') }} as month,
        case when outcomes.outcome = 'order' then outcomes.amount end as booked,
        outcomes.amount as paid,
        case when outcomes.outcome = 'order' then outcomes.amount else outcomes.matched_amount end as matched
    from outcomes
    cross join run_context
    where outcomes.booked_on <= run_context.as_of_date

),

both_sides as (

    select * from orders_with_payments

    union all

    select * from payments

)

select
    source,
    month,
    count(booked) as booked_count,
    count(paid) as paid_count,
    count(case when matched > 0 then 1 end) as matched_count,
    count(case when paid > matched then 1 end) as unmatched_count,
    cast(coalesce(sum(booked), 0) as decimal(28, 2)) as booked,
    cast(coalesce(sum(paid), 0) as decimal(28, 2)) as paid,
    cast(sum(matched) as decimal(28, 2)) as matched,
    cast(coalesce(sum(paid), 0) - sum(matched) as decimal(28, 2)) as unmatched
from both_sides
group by source, month
