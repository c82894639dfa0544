-- Two states of one person on one day would count an order twice.
with counted as (

    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(promises_kept), 0) as kept
    from {{ ref('service_promises') }}

),

known as (

    select
        count(*) as orders,
        coalesce(sum(case when is_promise_kept then 1 else 0 end), 0) as kept
    from {{ ref('deliveries') }}

)

select
    counted.orders as orders_counted,
    known.orders as orders_known
from counted
cross join known
where counted.orders <> known.orders or counted.kept <> known.kept
