-- The people, the observed steps and the money of the channels are those of all; so are those of the cohorts, and
-- of both together, except that a cohort has no campaigns.
with populations as (

    select
        population,
        rung_no,
        sum(reached) as reached,
        sum(steps_observed) as steps_observed,
        {{ known_total('campaign_cost') }} as campaign_cost
    from {{ ref('sales_skirt') }}
    -- A channel that people came by and that had no campaign cost nothing; one whose cost is unknown is not known.
    where
        population <> 'channel'
        or channel in (select channel from {{ ref('campaign_costs') }} where population = 'channel')
    group by population, rung_no

),

people as (

    select
        population,
        rung_no,
        sum(reached) as reached,
        sum(steps_observed) as steps_observed
    from {{ ref('sales_skirt') }}
    group by population, rung_no

)

select
    people.population,
    people.rung_no,
    people.reached,
    everyone.reached as reached_by_all,
    populations.campaign_cost,
    everyone.campaign_cost as cost_of_all
from people
inner join populations as everyone
    on
        everyone.population = 'all'
        and people.rung_no = everyone.rung_no
left join populations
    on
        people.population = populations.population
        and people.rung_no = populations.rung_no
where
    people.reached <> everyone.reached
    or people.steps_observed <> everyone.steps_observed
    or (people.population = 'channel' and populations.campaign_cost is distinct from everyone.campaign_cost)
