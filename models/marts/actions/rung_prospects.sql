-- What those who stood on each rung expected_months ago have brought since: the yardstick of what to expect of those
-- who stand there now.
with states as (

    select * from {{ ref('ladder_states') }}

),

days as (

    select * from {{ ref('customer_days') }}

),

rungs as (

    {{ rungs_relation() }}

),

run_context as (

    select
        as_of_date,
        {{ add_months('as_of_date', -var('expected_months')) }} as looked_at_on
    from {{ ref('run_context') }}

),

stood as (

    select
        states.customer_id,
        states.canonical_rung_no as rung_no,
        case
            when states.occasions = 0 then 'never_bought'
            when states.is_active then 'active'
            else 'lapsed'
        end as activity
    from states
    cross join run_context
    where
        states.valid_from <= run_context.looked_at_on
        and coalesce(states.valid_to, date '9999-12-31') > run_context.looked_at_on

),

brought as (

    select
        days.customer_id,
        {{ money_sum('days.revenue') }} as revenue,
        {{ money_sum('days.costed_revenue') }} as costed_revenue,
        {{ money_sum('days.costed_margin') }} as costed_margin
    from days
    cross join run_context
    where days.order_date > run_context.looked_at_on
    group by days.customer_id

)

select
    stood.rung_no,
    rungs.rung,
    stood.activity,
    count(*) as people,
    count(brought.customer_id) as buyers,
    {{ ratio('count(brought.customer_id)', 'count(*)') }} as share_who_bought,
    {{ ratio('coalesce(sum(brought.revenue), 0)', 'count(*)') }} as mean_revenue,
    -- Where nobody bought the mean is 0; where all costs of what was bought are unknown, it is.
    case
        when count(brought.customer_id) = 0 then 0
        else
            {{ ratio('sum(brought.revenue)', 'count(*)') }}
            * {{ ratio('sum(brought.costed_margin)', 'sum(brought.costed_revenue)') }}
    end as mean_margin
from stood
inner join rungs
    on
        stood.rung_no = rungs.rung_no
        and rungs.ladder = 'canonical'
left join brought
    on stood.customer_id = brought.customer_id
group by stood.rung_no, rungs.rung, stood.activity
