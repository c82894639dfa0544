-- Everyone known by the as-of date: registered, a lead, or seen in an order of whatever status. A payer
-- is a customer by the orders that payments make, and by those only: banks and tax offices pay too.
with identities as (

    select * from {{ ref('identities') }} where kind <> 'payer'

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

people as (

    select
        customer_id,
        bool_or(kind = 'registered') as is_registered,
        min(case when kind = 'registered' then known_on end) as registered_on,
        min(known_on) as first_known_on,
        bool_or(kind = 'registered' and known_on is null) as is_undated
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

),

contacts_by_customer as (

    select
        customer_id,
        min(known_on) as first_contact_on,
        min(case when is_reach then known_on end) as reached_on,
        min(case when is_interest then known_on end) as first_asked_on
    from contacts
    group by customer_id

),

dated as (

    select
        coalesce(people.customer_id, orders_by_customer.customer_id) as customer_id,
        coalesce(people.is_registered, false) as is_registered,
        people.registered_on,
        people.first_known_on,
        coalesce(people.is_undated, false) as is_undated,
        orders_by_customer.first_booked_on
    from people
    full outer join orders_by_customer
        on people.customer_id = orders_by_customer.customer_id

)

select
    dated.customer_id,
    dated.is_registered,
    dated.registered_on,
    dated.first_booked_on,
    contacts_by_customer.reached_on,
    -- Whoever orders has shown interest, whatever became of the order.
    least(dated.first_booked_on, contacts_by_customer.first_asked_on) as interested_on,
    -- Someone in the register without a date is known since the first contact or order, or else now; since
    -- when, nobody has said. Whoever has a date is known since then: what passed with an id before it had an
    -- owner, nobody could have told.
    coalesce(
        least(
            dated.first_known_on, dated.first_booked_on,
            case when dated.is_undated then contacts_by_customer.first_contact_on end
        ),
        run_context.as_of_date
    ) as known_on,
    dated.first_known_on is null
    and dated.first_booked_on is null
    and (contacts_by_customer.first_contact_on is null or not dated.is_undated) as is_known_on_unsure
from dated
left join contacts_by_customer
    on dated.customer_id = contacts_by_customer.customer_id
cross join run_context
