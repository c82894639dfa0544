-- Only months with activity: a quiet month is known from its neighbours, so each month knows them.
with days as (

    select
        *,
        {{ period_start('month', 'order_date') }} as month,
        {{ period_start('month', 'next_order_date') }} as next_month
    from {{ ref('customer_days') }}

)

select
    customer_id,
    month,
    count(*) as purchase_days,
    cast(sum(orders) as bigint) as orders,
    {{ money_sum('revenue') }} as revenue,
    {{ known_sum('margin') }} as margin,
    min(order_date) as first_order_date,
    max(order_date) as last_order_date,
    -- Other days of the month have their neighbours in the month itself.
    case when min(previous_order_date) < month then min(previous_order_date) end as previous_order_date,
    nullif(max(next_month), month) as next_month
from days
group by customer_id, month
