-- An id that is new or gone changes nobody: only ids known then and now are compared.
with customer_map as (

    select * from {{ ref('customer_map') }}

),

published as (

    select * from {{ ref('stg_previous_customer_map') }}

),

published_orders as (

    select * from {{ ref('stg_previous_orders') }}

),

orders as (

    select * from {{ ref('booked_orders') }}

),

guests_of_one_time as (

    select coalesce(customer_map.customer_id, published.customer_id) as customer_id
    from customer_map
    full outer join published
        on customer_map.customer_id = published.customer_id
    where
        (customer_map.customer_id is null or published.customer_id is null)
        and coalesce(customer_map.customer_id, published.customer_id) like 'guest:%'

),

known_twice as (

    select
        customer_map.customer_id,
        published.survivor_id as old_survivor_id,
        customer_map.survivor_id as new_survivor_id
    from customer_map
    inner join published
        on customer_map.customer_id = published.customer_id

    union all

    -- A guest is called after the first of their orders, and otherwise where an earlier one turns up or where they are
    -- two: they are whoever that order was of, and is of.
    select
        guests_of_one_time.customer_id,
        published_orders.customer_id as old_survivor_id,
        orders.customer_id as new_survivor_id
    from guests_of_one_time
    inner join published_orders
        on guests_of_one_time.customer_id = concat('guest:', published_orders.order_id)
    inner join orders
        on published_orders.order_id = orders.order_id
    where published_orders.customer_id is not null and orders.customer_id is not null

),

old_persons as (

    select
        old_survivor_id,
        min(new_survivor_id) <> max(new_survivor_id) as is_split
    from known_twice
    group by old_survivor_id

),

new_persons as (

    select
        new_survivor_id,
        min(old_survivor_id) <> max(old_survivor_id) as is_merged
    from known_twice
    group by new_survivor_id

)

select
    known_twice.customer_id,
    known_twice.old_survivor_id,
    known_twice.new_survivor_id,
    case
        when old_persons.is_split and new_persons.is_merged then 'moved'
        when old_persons.is_split then 'split'
        when new_persons.is_merged then 'merged'
        else 'renamed'
    end as change
from known_twice
inner join old_persons
    on known_twice.old_survivor_id = old_persons.old_survivor_id
inner join new_persons
    on known_twice.new_survivor_id = new_persons.new_survivor_id
where known_twice.old_survivor_id <> known_twice.new_survivor_id
