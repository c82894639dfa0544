-- Everyone known by the as-of date: registered, or seen in an order of whatever status.
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

orders_by_customer as (

    select
        orders.customer_id,
        min(orders.order_date) as first_booked_on
    from orders
    cross join run_context
    where
        orders.customer_id is not null
        and orders.is_genuine
        and orders.order_date <= run_context.as_of_date
    group by orders.customer_id

),

everyone as (

    select
        coalesce(registered.customer_id, orders_by_customer.customer_id) as customer_id,
        registered.customer_id is not null as is_registered,
        {{ local_date('registered.created_at', 'run_context.timezone') }} as registered_on,
        orders_by_customer.first_booked_on,
        run_context.as_of_date
    from registered
    full outer join orders_by_customer
        on registered.customer_id = orders_by_customer.customer_id
    cross join run_context

)

select
    customer_id,
    is_registered,
    registered_on,
    first_booked_on,
    -- Someone in the register without a date is known now; since when, nobody has said.
    coalesce(least(registered_on, first_booked_on), as_of_date) as known_on,
    registered_on is null and first_booked_on is null as is_known_on_unsure
from everyone
where coalesce(least(registered_on, first_booked_on), as_of_date) <= as_of_date
