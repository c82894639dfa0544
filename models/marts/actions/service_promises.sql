-- Are promises kept the first time, and how fast are we (S4-28, S4-41): by the month of the order and the rung the
-- customer stood on at the end of its day. A promise is judged when the order is delivered; what should have been
-- delivered and is not is counted beside it.
with deliveries as (

    select * from {{ ref('deliveries') }}

),

states as (

    select * from {{ ref('ladder_states') }}

),

placed as (

    select
        {{ period_start('month', 'deliveries.order_date') }} as month,
        coalesce({{ name_of_rung('canonical', 'states.canonical_rung_no') }}, 'unidentified') as rung,
        deliveries.delivered_on,
        deliveries.days_to_deliver,
        deliveries.is_promise_kept,
        deliveries.is_overdue
    from deliveries
    left join states
        on
            deliveries.customer_id = states.customer_id
            and deliveries.order_date >= states.valid_from
            and deliveries.order_date < coalesce(states.valid_to, date '9999-12-31')

)

select
    month,
    rung,
    count(*) as orders,
    count(delivered_on) as delivered,
    count(is_promise_kept) as promises_judged,
    cast(sum(case when is_promise_kept then 1 else 0 end) as bigint) as promises_kept,
    {{ ratio('sum(case when is_promise_kept then 1 else 0 end)', 'count(is_promise_kept)') }} as promise_kept_share,
    cast(sum(case when is_overdue then 1 else 0 end) as bigint) as overdue,
    {{ ratio('sum(days_to_deliver)', 'count(days_to_deliver)') }} as mean_days_to_deliver,
    cast(median(days_to_deliver) as double) as median_days_to_deliver
from placed
group by month, rung
