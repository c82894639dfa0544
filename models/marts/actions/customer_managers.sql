-- Who looks after whom: the manager in the register, else the one of the latest order that has one. Of several
-- entries of one person in the register that of the survivor speaks first, then the smallest id.
{{ config(materialized='view') }}

with registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null and manager_id is not null

),

identities as (

    select * from {{ ref('identities') }}

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null and manager_id is not null

),

named as (

    select
        identities.customer_id,
        registered.manager_id,
        'register' as named_by,
        row_number() over (
            partition by identities.customer_id
            order by case when identities.person_id = identities.customer_id then 0 else 1 end, identities.person_id
        ) as place
    from registered
    inner join identities
        on registered.customer_id = identities.person_id

    union all

    select
        customer_id,
        manager_id,
        'latest_order' as named_by,
        row_number() over (partition by customer_id order by ordered_at desc, order_id desc) as place
    from orders

)

select
    customer_id,
    -- The register comes first, by name.
    max_by(manager_id, named_by) as manager_id,
    max(named_by) as named_by
from named
where place = 1
group by customer_id
