-- What everyone may bring in the next expected_months if they go on as those did who stood where they stand. Of one who
-- has bought: their own margin of an active month, times the months, times the share of the others that bought again.
-- Who has bought for a shorter time is not taken to keep up that pace. Of one who has not: what the others brought.
{{ config(materialized='view') }}

with stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'canonical'

),

prospects as (

    select * from {{ ref('rung_prospects') }}

),

paces as (

    select
        facts.customer_id,
        {{ ratio('facts.revenue', 'greatest(facts.active_months, ' ~ var('expected_months') ~ ')') }}
            as monthly_revenue,
        ltv.margin_rate
    from {{ ref('customer_facts') }} as facts
    inner join {{ ref('customer_ltv') }} as ltv
        on facts.customer_id = ltv.customer_id

)

select
    stages.customer_id,
    case
        when stages.activity = 'never_bought' then prospects.mean_revenue
        else paces.monthly_revenue * {{ var('expected_months') }} * prospects.share_who_bought
    end as expected_revenue,
    case
        when stages.activity = 'never_bought' then prospects.mean_margin
        else paces.monthly_revenue * paces.margin_rate * {{ var('expected_months') }} * prospects.share_who_bought
    end as expected_margin
from stages
left join prospects
    on
        stages.rung_no = prospects.rung_no
        and case stages.activity when 'returned' then 'active' else stages.activity end = prospects.activity
left join paces
    on stages.customer_id = paces.customer_id
