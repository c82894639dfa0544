-- The grain below which nothing about a customer is counted: what they bought on a day.
with orders as (

    select * from {{ ref('orders') }} where customer_id is not null

)

select
    customer_id,
    order_date,
    count(*) as orders,
    {{ money_sum('revenue') }} as revenue,
    {{ known_sum('cost') }} as cost,
    {{ known_sum('margin') }} as margin,
    {{ money_sum('case when margin is not null then revenue end') }} as costed_revenue,
    {{ money_sum('margin') }} as costed_margin,
    -- Other orders of the day have the day itself for a neighbour.
    nullif(min(previous_order_date), order_date) as previous_order_date,
    nullif(max(next_order_date), order_date) as next_order_date,
    min(ordered_at) as first_ordered_at,
    max(ordered_at) as last_ordered_at
from orders
group by customer_id, order_date
