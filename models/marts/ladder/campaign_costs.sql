-- What the campaigns begun by the as-of date cost, by channel and together. A sum with an unknown part is unknown.
{{ config(materialized='view') }}

with campaigns as (

    select * from {{ ref('stg_campaigns') }} where rule_code is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

begun as (

    select
        coalesce(campaigns.channel, 'unknown') as channel,
        campaigns.cost
    from campaigns
    cross join run_context
    where
        campaigns.starts_at is null
        or {{ local_date('campaigns.starts_at', 'run_context.timezone') }} <= run_context.as_of_date

)

select
    'channel' as population,
    channel,
    {{ known_total('cost') }} as campaign_cost
from begun
group by channel

union all

select
    'all' as population,
    null as channel,
    {{ known_total('cost') }} as campaign_cost
from begun
