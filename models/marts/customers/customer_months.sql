-- Only months with activity: a quiet month is known from its neighbours, so each month knows them.
with days as (

    select * from {{ ref('customer_days') }}

),

months as (

    select
        customer_id,
        {{ period_start('month', 'order_date') }} as month,
        count(*) as purchase_days,
        cast(sum(orders) as bigint) as orders,
        {{ money_sum('revenue') }} as revenue,
        {{ known_sum('margin') }} as margin,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from days
    group by customer_id, {{ period_start('month', 'order_date') }}

)

select
    *,
    lag(last_order_date) over (partition by customer_id order by month) as previous_order_date,
    lead(month) over (partition by customer_id order by month) as next_month
from months
