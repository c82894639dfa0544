-- Deals that are not won: what stage they are in (S4-19), or why they were lost and what helps against that (S4-38).
-- Stages are whatever the source calls them, but for `won` and `lost`.
with deals as (

    select * from {{ ref('stg_deals') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'canonical'

),

facts as (

    select * from {{ ref('customer_facts') }}

),

managers as (

    select * from {{ ref('customer_managers') }}

),

remedies as (

    select * from {{ ref('next_actions') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

known as (

    select
        deals.deal_id,
        coalesce(identities.customer_id, deals.customer_id) as customer_id,
        lower(deals.stage) as stage,
        {{ local_date('deals.stage_at', 'run_context.timezone') }} as stage_on,
        case when lower(deals.stage) = 'lost' then lower(deals.lost_reason) end as lost_reason,
        run_context.as_of_date
    from deals
    cross join run_context
    left join identities
        on deals.customer_id = identities.person_id
    where
        coalesce(lower(deals.stage), '') <> 'won'
        and (
            deals.stage_at is null
            or {{ local_date('deals.stage_at', 'run_context.timezone') }} <= run_context.as_of_date
        )

)

select
    known.deal_id,
    known.customer_id,
    stages.rung,
    managers.manager_id,
    case when known.stage = 'lost' then 'lost' else 'open' end as outcome,
    known.stage,
    known.stage_on,
    {{ days_between('known.stage_on', 'known.as_of_date') }} as days_in_stage,
    case
        when known.lost_reason is null or remedies.situation is not null then known.lost_reason
        else 'other'
    end as lost_reason,
    case when known.stage = 'lost' then coalesce(remedies.situation, 'lost_deal') else 'open_deal' end as situation,
    remedies.action as remedy,
    coalesce(facts.last_order_date > known.stage_on, false) as has_bought_since,
    known.as_of_date
from known
left join stages
    on known.customer_id = stages.customer_id
left join managers
    on known.customer_id = managers.customer_id
left join facts
    on known.customer_id = facts.customer_id
left join remedies
    on remedies.situation = 'lost_' || known.lost_reason
