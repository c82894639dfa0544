-- A customer's months and quarters with a purchase, each with its neighbours: a quiet period is known from
-- them.
{{ config(materialized='view') }}

with customer_months as (

    select * from {{ ref('customer_months') }}

),

-- A month knows its neighbours; a quarter's are those of its first and last month, unless they lie in
-- the quarter themselves.
customer_quarters as (

    select
        customer_id,
        {{ period_start('quarter', 'month') }} as quarter,
        max(last_order_date) as last_order_date,
        case when min(previous_order_date) < min(month) then min(previous_order_date) end
            as previous_order_date,
        case when count(*) = count(next_month) then max(next_month) end as next_month
    from customer_months
    group by customer_id, {{ period_start('quarter', 'month') }}

)

select
    'month' as period_grain,
    customer_id,
    month as period,
    {{ add_months('month', -1) }} as period_before,
    {{ add_months('month', 1) }} as period_after,
    last_order_date,
    previous_order_date,
    next_month as next_period
from customer_months

union all

select
    'quarter' as period_grain,
    customer_id,
    quarter as period,
    {{ add_months('quarter', -3) }} as period_before,
    {{ add_months('quarter', 3) }} as period_after,
    last_order_date,
    previous_order_date,
    {{ period_start('quarter', 'next_month') }} as next_period
from customer_quarters
