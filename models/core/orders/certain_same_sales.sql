-- The pairs that are one sale in two sources for certain, as far as each pair says: near in time and of one customer.
-- Where one side does not know its customer, only a pair that can be no other, and no other customer's.
with near as (

    select * from {{ ref('possible_same_sales') }} where is_near

),

customers_beside as (

    select
        order_id,
        count(distinct customer_id) as customers
    from (
        select
            order_id,
            customer_id
        from near
        union all
        select
            other_id as order_id,
            customer_id
        from near
    ) as ends
    group by order_id

),

counted as (

    select
        near.*,
        count(*) over (partition by near.order_id, near.other_source) as others_of_order,
        count(*) over (partition by near.other_id, near.source) as orders_of_other,
        greatest(lefts.customers, rights.customers) as customers
    from near
    inner join customers_beside as lefts
        on near.order_id = lefts.order_id
    inner join customers_beside as rights
        on near.other_id = rights.order_id

)

select
    order_id,
    other_id,
    source,
    other_source,
    customer_id,
    ordered_at,
    other_ordered_at,
    amount,
    has_cost,
    other_has_cost,
    seconds_apart
from counted
where is_of_one_customer or (others_of_order = 1 and orders_of_other = 1 and customers <= 1)
