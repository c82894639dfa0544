-- S3-13: on each rung who brings a profit, who little, who none. Half of a rung is below its median whatever it
-- earns, so the middling are those below it who still bring something: the ones nobody looks at.
with profits as (

    select * from {{ ref('customer_profit') }}

),

customers as (

    select
        stages.customer_id,
        stages.rung_no,
        stages.rung
    from {{ ref('ladder_stages') }} as stages
    inner join {{ ref('customer_facts') }} as facts
        on stages.customer_id = facts.customer_id
    where stages.ladder = 'canonical'

),

trends as (

    select * from {{ ref('customer_trends') }}

),

-- Says that they buy elsewhere, or is measured to (S0-10).
wallets as (

    select
        customer_id,
        bool_or(not is_only_us) as has_wallet_headroom
    from {{ ref('wallet_answers') }}
    where is_current
    group by customer_id

),

rungs as (

    select
        customers.rung_no,
        count(profits.profit) as customers_known,
        median(cast(profits.profit as double)) as median_profit,
        {{ money_total('profits.cost_to_serve') }} as cost_to_serve,
        {{ money_total('profits.margin_1') }} as margin_1
    from customers
    inner join profits
        on customers.customer_id = profits.customer_id
    group by customers.rung_no

),

split as (

    select
        customers.customer_id,
        customers.rung_no,
        customers.rung,
        profits.profit,
        profits.profit_layer,
        rungs.median_profit,
        case
            when profits.profit is null then 'unknown'
            when rungs.customers_known < {{ var('profit_subgroup_min_customers') }} then 'not_split'
            when profits.profit <= 0 then 'unprofitable'
            when profits.profit < rungs.median_profit then 'middling'
            else 'profitable'
        end as subgroup,
        {{ ratio('profits.cost_to_serve', 'rungs.cost_to_serve') }} as cost_to_serve_share,
        case when rungs.margin_1 > 0 then {{ ratio('profits.margin_1', 'rungs.margin_1') }} end as margin_share,
        wallets.has_wallet_headroom,
        trends.trend
    from customers
    inner join profits
        on customers.customer_id = profits.customer_id
    inner join rungs
        on customers.rung_no = rungs.rung_no
    inner join trends
        on customers.customer_id = trends.customer_id
    left join wallets
        on customers.customer_id = wallets.customer_id

)

select
    *,
    case
        when subgroup = 'middling' then cost_to_serve_share > margin_share
        when subgroup in ('profitable', 'unprofitable') then false
    end as is_hidden_cost,
    case
        when subgroup = 'middling' then has_wallet_headroom or trend = 'up'
        when subgroup in ('profitable', 'unprofitable') then false
    end as is_undervalued
from split
