-- K2. What a cohort did in a period: only periods in which somebody of it bought.
{{ config(materialized='view') }}

with customer_months as (

    select * from {{ ref('customer_months') }}

),

customer_facts as (

    select * from {{ ref('customer_facts') }}

),

months_with_cohort as (

    select
        customer_facts.first_order_date,
        customer_months.month,
        customer_months.orders,
        customer_months.revenue,
        -- The month that stands for its quarter when customers are counted: their last one in it.
        customer_months.next_month is null
        or {{ period_start('quarter', 'customer_months.next_month') }}
        <> {{ period_start('quarter', 'customer_months.month') }} as is_last_of_quarter
    from customer_months
    inner join customer_facts
        on customer_months.customer_id = customer_facts.customer_id

)

select
    'month' as period_grain,
    {{ period_start('month', 'first_order_date') }} as cohort,
    month as period,
    count(*) as active,
    cast(sum(orders) as bigint) as orders,
    {{ money_total('revenue') }} as revenue
from months_with_cohort
group by 2, 3

union all

select
    'quarter' as period_grain,
    {{ period_start('quarter', 'first_order_date') }} as cohort,
    {{ period_start('quarter', 'month') }} as period,
    count(*) filter (where is_last_of_quarter) as active,
    cast(sum(orders) as bigint) as orders,
    {{ money_total('revenue') }} as revenue
from months_with_cohort
group by 2, 3
