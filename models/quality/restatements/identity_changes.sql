-- An id that is new or gone changes nobody: only ids known then and now are compared.
with known_twice as (

    select
        customer_map.customer_id,
        published.survivor_id as old_survivor_id,
        customer_map.survivor_id as new_survivor_id
    from {{ ref('customer_map') }} as customer_map
    inner join {{ ref('stg_previous_customer_map') }} as published
        on customer_map.customer_id = published.customer_id

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
