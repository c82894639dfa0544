-- Who looks after whom: the manager in the register, else the one of the latest order that has one. Of several
-- entries of one person in the register that of the survivor speaks first, then the smallest id.
with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null and manager_id is not null

),

-- Of those whom the register does not have yet by the as-of date it says nothing.
identities as (

    select * from {{ ref('identities') }} where kind = 'registered'

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null and manager_id is not null

),

by_register as (

    select
        identities.customer_id,
        registered.manager_id,
        row_number() over (
            partition by identities.customer_id
            order by case when identities.person_id = identities.customer_id then 0 else 1 end, identities.person_id
        ) as place
    from registered
    inner join identities
        on registered.customer_id = identities.person_id

),

by_order as (

    select
        orders.customer_id,
        orders.manager_id,
        row_number() over (
            partition by orders.customer_id order by orders.ordered_at desc, orders.order_id desc
        ) as place
    from orders
    left join by_register
        on orders.customer_id = by_register.customer_id
    where by_register.customer_id is null

)

select
    customer_id,
    manager_id,
    'register' as named_by
from by_register
where place = 1

union all

select
    customer_id,
    manager_id,
    'latest_order' as named_by
from by_order
where place = 1
