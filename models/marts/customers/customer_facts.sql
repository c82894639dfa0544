-- K1. Gaps are between distinct purchase days, so same-day orders make none. Sums of whole numbers
-- are divided at the end, so that the result does not depend on the order of the rows.
with days as (

    select * from {{ ref('customer_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

days_with_gap as (

    select
        *,
        {{ days_between('previous_order_date', 'order_date') }} as gap_days
    from days

),

days_by_customer as (

    select
        customer_id,
        min(first_ordered_at) as first_order_at,
        max(last_ordered_at) as last_order_at,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        cast(sum(orders) as bigint) as orders,
        count(*) as purchase_days,
        {{ money_sum('revenue') }} as revenue,
        {{ known_sum('cost') }} as cost,
        {{ known_sum('margin') }} as margin,
        {{ money_sum('costed_revenue') }} as costed_revenue,
        {{ money_sum('costed_margin') }} as costed_margin,
        count(gap_days) as gaps,
        sum(gap_days) as sum_of_gaps,
        sum(gap_days * gap_days) as sum_of_squared_gaps,
        median(gap_days) as median_gap_days,
        max(gap_days) as max_gap_days
    from days_with_gap
    group by customer_id

)

select
    facts.customer_id,
    facts.first_order_at,
    facts.last_order_at,
    facts.first_order_date,
    facts.last_order_date,
    facts.orders,
    facts.purchase_days,
    facts.revenue,
    facts.cost,
    facts.margin,
    facts.costed_revenue,
    facts.costed_margin,
    {{ ratio('facts.revenue', 'facts.orders') }} as aov,
    {{ days_between('facts.first_order_date', 'facts.last_order_date') }} as span_days,
    {{ days_between('facts.first_order_date', 'run_context.as_of_date') }} as age_days,
    {{ days_between('facts.last_order_date', 'run_context.as_of_date') }} as recency_days,
    {{ month_index('facts.last_order_date') }} - {{ month_index('facts.first_order_date') }} + 1 as active_months,
    {{ ratio('facts.sum_of_gaps', 'facts.gaps') }} as mean_gap_days,
    cast(facts.median_gap_days as double) as median_gap_days,
    facts.max_gap_days,
    sqrt(
        cast(facts.gaps * facts.sum_of_squared_gaps - facts.sum_of_gaps * facts.sum_of_gaps as double)
    ) / nullif(facts.gaps, 0) as std_gap_days,
    {{ days_between('facts.last_order_date', 'run_context.as_of_date') }} < {{ var('activity_window_days') }}
        as is_active,
    run_context.as_of_date
from days_by_customer as facts
cross join run_context
