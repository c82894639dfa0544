-- Each stay begins when the one before ends; only the last may be open. (A person may leave the skirt,
-- which has no rung for non-buyers, and come back: such a stay is a new start.)
with neighbours as (

    select
        *,
        lead(valid_from) over in_order as next_from,
        lead(direction) over in_order as next_direction
    from {{ ref('ladder_history') }}
    window in_order as (partition by ladder, customer_id order by {{ order_of_stays() }})

)

select
    ladder,
    customer_id,
    valid_from,
    valid_to,
    next_from
from neighbours
where
    next_from is not null
    and not coalesce(
        (valid_to = next_from or (next_direction = 'start' and valid_to < next_from)), false
    )
