-- S2-10, S3-9: is a customer buying more? The last three complete months against the three before; of who was no
-- customer yet when those began nobody can say.
{{ config(materialized='view') }}

with facts as (

    select * from {{ ref('customer_facts') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

-- The last complete month ends on or before the as-of date.
months_compared as (

    select
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -6) }} as previous_start,
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -3) }} as last_start,
        {{ period_start('month', add_days('as_of_date', 1)) }} as last_end
    from {{ ref('run_context') }}

),

revenue_by_customer as (

    select
        customer_months.customer_id,
        {{ money_sum(
            'case when customer_months.month >= months_compared.last_start then customer_months.revenue else 0 end'
        ) }} as revenue_last_3_months,
        {{ money_sum(
            'case when customer_months.month < months_compared.last_start then customer_months.revenue else 0 end'
        ) }} as revenue_previous_3_months
    from customer_months
    inner join months_compared
        on
            customer_months.month >= months_compared.previous_start
            and customer_months.month < months_compared.last_end
    group by customer_months.customer_id

),

compared as (

    select
        facts.customer_id,
        cast(coalesce(revenue_by_customer.revenue_last_3_months, 0) as decimal(18, 2)) as revenue_last_3_months,
        cast(coalesce(revenue_by_customer.revenue_previous_3_months, 0) as decimal(18, 2))
            as revenue_previous_3_months,
        facts.first_order_date < months_compared.previous_start as is_old_enough
    from facts
    cross join months_compared
    left join revenue_by_customer
        on facts.customer_id = revenue_by_customer.customer_id

)

select
    customer_id,
    revenue_last_3_months,
    revenue_previous_3_months,
    case when is_old_enough then {{ ratio('revenue_last_3_months', 'revenue_previous_3_months') }} end as trend_ratio,
    case
        when not is_old_enough then null
        when revenue_last_3_months = 0 and revenue_previous_3_months = 0 then 'quiet'
        when revenue_last_3_months > revenue_previous_3_months then 'up'
        when revenue_last_3_months < revenue_previous_3_months then 'down'
        else 'flat'
    end as trend
from compared
