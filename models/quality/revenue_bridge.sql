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
    {% for step, relation, orders, amount, condition in [
        ('money_received', 'payments', 'count(*)', 'sum(amount)', 'true'),
        ('less_no_sales', 'payments', 'count(*)', '-sum(amount)', "kind <> 'customer_payment'"),
        ('less_paid_for_orders', 'outcomes', 'count(*)', '-sum(matched_amount)', 'matched_amount > 0'),
        ('less_unmatched_money', 'outcomes', 'count(*)', '-sum(left_amount)', "outcome <> 'order' and left_amount > 0"),
        ('booked', 'fates', 'sum(orders)', 'sum(amount)', 'not is_bank'),
        ('less_counted_twice', 'fates', 'sum(orders)', '-sum(amount)', "fate = 'counted_twice'"),
        ('less_after_as_of', 'fates', 'sum(orders)', '-sum(amount)', "fate = 'after_as_of'"),
        ('less_not_qualifying', 'fates', 'sum(orders)', '-sum(amount)', "fate = 'not_qualifying'"),
        ('less_fully_refunded', 'fates', 'sum(orders)', '-sum(amount)', "fate = 'fully_refunded'"),
        ('less_partial_refunds', 'fates', 'sum(refunded_orders)', '-sum(refunded_amount)', "fate = 'sold'"),
        ('revenue_of_customers', 'orders', 'count(*)', 'sum(revenue)', 'customer_id is not null'),
        ('revenue_of_nobody', 'orders', 'count(*)', 'sum(revenue)', 'customer_id is null')
    ] %}
    select
        {{ loop.index }} as step_no,
        '{{ step }}' as step,
        {{ orders }} as orders,
        {{ amount }} as amount
    from {{ relation }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    step_no,
    step,
    cast(coalesce(orders, 0) as bigint) as orders,
    cast(coalesce(amount, 0) as decimal(28, 2)) as amount
from steps
