-- Everyone known by the as-of date: registered, a lead, or seen in an order of whatever status. A payer
-- is a customer by the orders that payments make, and by those only: banks and tax offices pay too.
with identities as (

    select * from {{ ref('identities') }} where kind <> 'payer'

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

people as (

    select
        customer_id,
        bool_or(kind = 'registered') as is_registered,
        min(case when kind = 'registered' then known_on end) as registered_on,
        min(known_on) as first_known_on
    from identities
    group by customer_id

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

)

select
    coalesce(people.customer_id, orders_by_customer.customer_id) as customer_id,
    coalesce(people.is_registered, false) as is_registered,
    people.registered_on,
    orders_by_customer.first_booked_on,
    -- Someone in the register without a date is known now; since when, nobody has said.
    coalesce(least(people.first_known_on, orders_by_customer.first_booked_on), run_context.as_of_date) as known_on,
    people.first_known_on is null and orders_by_customer.first_booked_on is null as is_known_on_unsure
from people
full outer join orders_by_customer
    on people.customer_id = orders_by_customer.customer_id
cross join run_context
