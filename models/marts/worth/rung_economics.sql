-- S3-7, S4-24, S4-36, S1-9: what each rung costs and brings. Layers of profit are those of the customers whose
-- margin is known; how much of the revenue that is, cost_coverage says.
{%- set subgroups = ['profitable', 'middling', 'unprofitable', 'not_split', 'unknown'] %}
with stages as (

    select * from {{ ref('ladder_stages') }}

),

profits as (

    select * from {{ ref('customer_profit') }}

),

significance as (

    select * from {{ ref('significance') }}

),

subgroups as (

    select * from {{ ref('profit_subgroups') }}

),

rungs as (

    {{ rungs_relation() }}

),

people as (

    select
        profits.*,
        significance.recommendations,
        significance.customers_brought,
        significance.referred_revenue,
        subgroups.subgroup,
        case when profits.margin_1 is not null then profits.revenue end as costed_revenue
    from profits
    inner join significance
        on profits.customer_id = significance.customer_id
    left join subgroups
        on profits.customer_id = subgroups.customer_id

),

counted as (

    select
        stages.ladder,
        stages.rung_no,
        count(*) as customers,
        {% for amount in [
            'revenue', 'costed_revenue', 'margin_1', 'cost_to_serve', 'margin_2', 'programme_cost', 'margin_3',
            'acquisition_cost', 'contribution', 'profit', 'referred_revenue'
        ] -%}
        {{ money_total('people.' ~ amount) }} as {{ amount }},
        {% endfor -%}
        {% for subgroup in subgroups -%}
        count(*) filter (where people.subgroup = '{{ subgroup }}') as {{ subgroup }},
        {% endfor -%}
        case when count(*) = count(people.minutes) then cast(sum(people.minutes) as decimal(28, 6)) end as minutes,
        cast(sum(people.recommendations) as bigint) as recommendations,
        cast(sum(people.customers_brought) as bigint) as customers_brought
    from stages
    inner join people
        on stages.customer_id = people.customer_id
    group by stages.ladder, stages.rung_no

)

select
    rungs.ladder,
    rungs.rung_no,
    rungs.rung,
    coalesce(counted.customers, 0) as customers,
    cast(coalesce(counted.revenue, 0) as decimal(28, 2)) as revenue,
    {{ ratio('coalesce(counted.revenue, 0)', 'sum(counted.revenue) over by_ladder') }} as share_of_revenue,
    {{ ratio('counted.costed_revenue', 'counted.revenue') }} as cost_coverage,
    counted.margin_1,
    counted.cost_to_serve,
    counted.minutes,
    counted.margin_2,
    counted.programme_cost,
    counted.margin_3,
    counted.acquisition_cost,
    counted.contribution,
    counted.profit,
    -- Nobody has a share of a loss.
    case
        when sum(counted.profit) over by_ladder > 0
            then {{ ratio(
                'case when counted.ladder is null then 0 else counted.profit end', 'sum(counted.profit) over by_ladder'
            ) }}
    end as share_of_profit,
    {{ ratio('counted.contribution', 'counted.margin_1 - counted.contribution') }} as roi,
    case when counted.margin_1 > 0 then {{ ratio('counted.margin_2 - counted.margin_3', 'counted.margin_1') }} end
        as programme_share_of_margin,
    {% for subgroup in subgroups -%}
    case when rungs.ladder = 'canonical' then coalesce(counted.{{ subgroup }}, 0) end as {{ subgroup }},
    {% endfor -%}
    counted.recommendations,
    counted.customers_brought,
    counted.referred_revenue
from rungs
left join counted
    on
        rungs.ladder = counted.ladder
        and rungs.rung_no = counted.rung_no
window by_ladder as (partition by rungs.ladder)
