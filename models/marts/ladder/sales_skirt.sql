-- S4-2, S0-8: one funnel from lead to advocate, for everybody, for each channel and each month of acquaintance.
-- Nobody skips a rung, so whoever has come to one has come to all below it.
with reached as (

    select * from {{ ref('skirt_counts') }}

),

costs as (

    select * from {{ ref('campaign_costs') }}

),

rungs as (

    select * from ({{ rungs_relation() }}) as declared where ladder = 'canonical'

),

-- A channel that money was spent on and nobody came by is a channel too.
populations as (

    select
        population,
        channel,
        cohort
    from reached

    union

    select
        population,
        channel,
        cast(null as date) as cohort
    from costs

),

funnel as (

    select
        populations.population,
        populations.channel,
        populations.cohort,
        rungs.rung_no,
        rungs.rung,
        coalesce(reached.reached, 0) as reached,
        coalesce(reached.steps_observed, 0) as steps_observed,
        reached.median_step_days,
        lag(coalesce(reached.reached, 0)) over up_the_ladder as reached_below,
        first_value(coalesce(reached.reached, 0)) over up_the_ladder as reached_bottom
    from populations
    cross join rungs
    left join reached
        on
            populations.population = reached.population
            and populations.channel is not distinct from reached.channel
            and populations.cohort is not distinct from reached.cohort
            and rungs.rung_no = reached.rung_no
    window up_the_ladder as (
        partition by populations.population, populations.channel, populations.cohort order by rungs.rung_no
    )

)

select
    funnel.population,
    funnel.channel,
    funnel.cohort,
    funnel.rung_no,
    funnel.rung,
    funnel.reached,
    funnel.reached_below,
    {{ ratio('funnel.reached', 'funnel.reached_below') }} as conversion_from_below,
    {{ ratio('funnel.reached', 'funnel.reached_bottom') }} as conversion_from_bottom,
    funnel.steps_observed,
    funnel.median_step_days,
    costs.campaign_cost,
    -- Who came by a channel that nobody has named may have come by any.
    case
        when funnel.channel = 'unknown' then null
        else {{ ratio('costs.campaign_cost', 'funnel.reached') }}
    end as cost_per_person
from funnel
left join costs
    on
        funnel.population = costs.population
        and funnel.channel is not distinct from costs.channel
