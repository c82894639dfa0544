-- From the money of accepted orders to the revenue of the marts, step by step, so that nothing gets
-- lost on the way: what is booked, less what is left out, is what the marts have.
with booked as (

    select * from {{ ref('booked_orders') }} where rule_code is null

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
        booked.order_id,
        booked.amount,
        case
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

)

select
    1 as step_no,
    'booked' as step,
    count(*) as orders,
    coalesce({{ money_total('amount') }}, 0) as amount
from booked_by_fate

union all

select
    2 as step_no,
    'less_after_as_of' as step,
    count(*) as orders,
    coalesce(-{{ money_total('amount') }}, 0) as amount
from booked_by_fate
where fate = 'after_as_of'

union all

select
    3 as step_no,
    'less_not_qualifying' as step,
    count(*) as orders,
    coalesce(-{{ money_total('amount') }}, 0) as amount
from booked_by_fate
where fate = 'not_qualifying'

union all

select
    4 as step_no,
    'less_fully_refunded' as step,
    count(*) as orders,
    coalesce(-{{ money_total('amount') }}, 0) as amount
from booked_by_fate
where fate = 'fully_refunded'

union all

select
    5 as step_no,
    'less_partial_refunds' as step,
    count(*) filter (where refunded_amount > 0) as orders,
    coalesce(-{{ money_total('refunded_amount') }}, 0) as amount
from booked_by_fate
where fate = 'sold'

union all

select
    6 as step_no,
    'revenue_of_customers' as step,
    count(*) as orders,
    coalesce({{ money_total('revenue') }}, 0) as amount
from orders
where customer_id is not null

union all

select
    7 as step_no,
    'revenue_of_nobody' as step,
    count(*) as orders,
    coalesce({{ money_total('revenue') }}, 0) as amount
from orders
where customer_id is null
