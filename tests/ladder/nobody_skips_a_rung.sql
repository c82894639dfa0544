-- S3-16.
with neighbours as (

    select
        *,
        lead(direction) over in_order as next_direction,
        lead(rung_no) over in_order as next_rung_no
    from {{ ref('ladder_history') }}
    window in_order as (partition by ladder, customer_id order by {{ order_of_stays() }})

)

select
    ladder,
    customer_id,
    rung_no,
    next_rung_no
from neighbours
where next_direction <> 'start' and abs(next_rung_no - rung_no) <> 1
