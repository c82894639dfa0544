-- K12. A purchase occasion lives from its day until everything bought that day has been refunded in
-- full, and keeps its customer active for W days. Occasions whose days overlap carry the customer on;
-- only where they do not is there an arrival, and a lapse.
with occasion_days as (

    select * from {{ ref('occasion_days') }}

),

dated as (

    select
        customer_id,
        order_date,
        occasions,
        refunded_on,
        least({{ add_days('order_date', var('activity_window_days')) }}, refunded_on) as active_until
    from occasion_days

),

-- A refund ends the activity of its own occasion only, so it is the longest lasting that counts.
carried as (

    select
        *,
        sum(occasions) over so_far as occasions_so_far,
        max(active_until) over so_far as carried_until,
        max(active_until) over (
            partition by customer_id order by order_date, refunded_on nulls last
            rows between unbounded preceding and 1 preceding
        ) as carried_before,
        max(refunded_on) over (partition by customer_id) is not null as has_refund,
        lead(order_date) over (partition by customer_id order by order_date, refunded_on nulls last) as next_order_date
    from dated
    window so_far as (
        partition by customer_id order by order_date, refunded_on nulls last
        rows between unbounded preceding and current row
    )

)

select
    customer_id,
    order_date,
    occasions,
    cast(occasions_so_far as bigint) as occasions_so_far,
    refunded_on,
    active_until,
    has_refund,
    coalesce(order_date > carried_before, true) as is_arrival,
    case when next_order_date is null or next_order_date > carried_until then carried_until end as lapses_on
from carried
