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
    1 as months_per_period,
    customer_id,
    {{ period_index(1, 'month') }} as period_no,
    last_order_date,
    previous_order_date,
    {{ period_index(1, 'previous_order_date') }} as previous_no,
    {{ period_index(1, 'next_month') }} as next_no
from customer_months

union all

select
    'quarter' as period_grain,
    3 as months_per_period,
    customer_id,
    {{ period_index(3, 'quarter') }} as period_no,
    last_order_date,
    previous_order_date,
    {{ period_index(3, 'previous_order_date') }} as previous_no,
    {{ period_index(3, 'next_month') }} as next_no
from customer_quarters
