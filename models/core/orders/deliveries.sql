-- What was promised of each sale and when it was delivered, as far as the as-of date can know. Not stored.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

stated as (

    select
        order_id,
        promised_at,
        delivered_at
    from {{ ref('stg_orders') }}
    where rule_code is null and coalesce(promised_at, delivered_at) is not null

),

run_context as (

    select * from {{ ref('run_context') }}

),

known as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        orders.status,
        stated.promised_at,
        {{ local_date('stated.promised_at', 'run_context.timezone') }} as promised_on,
        case
            when {{ local_date('stated.delivered_at', 'run_context.timezone') }} <= run_context.as_of_date
                then stated.delivered_at
        end as delivered_at,
        run_context.timezone,
        run_context.as_of_date
    from stated
    inner join orders
        on stated.order_id = orders.order_id
    cross join run_context
    where orders.order_date <= run_context.as_of_date

)

select
    order_id,
    customer_id,
    order_date,
    promised_on,
    {{ local_date('delivered_at', 'timezone') }} as delivered_on,
    {{ days_between('order_date', local_date('delivered_at', 'timezone')) }} as days_to_deliver,
    -- Of what is not delivered nobody can say yet that the promise was kept.
    delivered_at <= promised_at as is_promise_kept,
    status in ('paid', 'shipped') and delivered_at is null and promised_on < as_of_date as is_overdue
from known
