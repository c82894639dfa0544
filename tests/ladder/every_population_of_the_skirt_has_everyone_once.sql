-- The people, the observed steps and the money of the channels are those of all; so are those of the cohorts, and
-- of both together, except that a cohort has no campaigns.
with costs as (

    -- Of the channels that had a campaign; of one that had none there is no cost to be unknown.
    select
        skirt.rung_no,
        {{ known_total('skirt.campaign_cost') }} as campaign_cost
    from {{ ref('sales_skirt') }} as skirt
    inner join {{ ref('campaign_costs') }} as campaign_costs
        on
            skirt.population = campaign_costs.population
            and skirt.channel = campaign_costs.channel
    group by skirt.rung_no

),

people as (

    select
        population,
        rung_no,
        sum(reached) as reached,
        sum(steps_observed) as steps_observed
    from {{ ref('sales_skirt') }}
    group by population, rung_no

),

everyone as (

    select
        rung_no,
        reached,
        steps_observed,
        campaign_cost
    from {{ ref('sales_skirt') }}
    where population = 'all'

)

select
    people.population,
    people.rung_no,
    people.reached,
    everyone.reached as reached_by_all,
    costs.campaign_cost,
    everyone.campaign_cost as cost_of_all
from people
inner join everyone
    on people.rung_no = everyone.rung_no
left join costs
    on people.rung_no = costs.rung_no
where
    people.reached <> everyone.reached
    or people.steps_observed <> everyone.steps_observed
    or (people.population = 'channel' and costs.campaign_cost is distinct from everyone.campaign_cost)
