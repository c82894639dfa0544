-- Visitors and first buyers (S3-9): develop, phase out, or keep at a minimum. Phasing out is advice to spend no more;
-- nobody is deleted. Trend is the last three complete months against the three before; who bought in neither has none.
-- Profit is that of customer_profit, so that nobody is told two. A regular who has lapsed is no beginner (S3-4).
with stages as (

    select * from {{ ref('ladder_stages') }}
    where
        ladder = 'commitment'
        and rung in ('visitor', 'first_purchase')
        and highest_rung_ever in ('visitor', 'first_purchase')

),

facts as (

    select * from {{ ref('customer_facts') }}

),

months as (

    select * from {{ ref('customer_months') }}

),

profits as (

    select * from {{ ref('customer_profit') }}

),

periods as (

    select
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -3) }} as last_from,
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -6) }} as previous_from,
        {{ period_start('month', add_days('as_of_date', 1)) }} as until
    from {{ ref('run_context') }}

),

demand as (

    select
        months.customer_id,
        {{ money_sum('case when months.month >= periods.last_from then months.revenue else 0 end') }} as last_revenue,
        {{ money_sum('case when months.month < periods.last_from then months.revenue else 0 end') }} as previous_revenue
    from months
    cross join periods
    where months.month >= periods.previous_from and months.month < periods.until
    group by months.customer_id

),

weighed as (

    select
        stages.customer_id,
        stages.rung,
        stages.activity,
        facts.orders,
        facts.aov,
        profits.revenue,
        profits.margin_1 as margin,
        profits.profit,
        profits.profit_layer,
        demand.last_revenue,
        demand.previous_revenue,
        cast(demand.last_revenue - demand.previous_revenue as decimal(18, 2)) as trend,
        stages.as_of_date
    from stages
    left join facts
        on stages.customer_id = facts.customer_id
    left join profits
        on stages.customer_id = profits.customer_id
    left join demand
        on stages.customer_id = demand.customer_id

)

select
    weighed.*,
    case
        when weighed.profit > 0 and weighed.trend >= 0 then 'develop'
        when weighed.profit <= 0 and weighed.trend < 0 then 'phase_out'
        else 'minimum'
    end as decision
from weighed
