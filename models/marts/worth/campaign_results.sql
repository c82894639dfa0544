-- S2-11, S4-42. What the people a campaign was sent to bought in the days after it, beside those who were chosen
-- and got nothing. Without such a control group nobody knows what they would have bought anyway.
with targets as (

    select * from {{ ref('stg_campaign_targets') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

campaigns as (

    select * from {{ ref('stg_campaigns') }} where rule_code is null

),

customer_days as (

    select * from {{ ref('customer_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- Whoever got the message once is no control, under whatever other id.
people as (

    select
        targets.campaign_id,
        coalesce(identities.customer_id, targets.customer_id) as customer_id,
        bool_and(coalesce(targets.is_control, false)) as is_control,
        min({{ local_date('targets.sent_at', 'run_context.timezone') }}) as sent_on
    from targets
    left join identities
        on targets.customer_id = identities.person_id
    cross join run_context
    where {{ local_date('targets.sent_at', 'run_context.timezone') }} <= run_context.as_of_date
    group by 1, 2

),

purchases as (

    select
        people.campaign_id,
        people.customer_id,
        people.is_control,
        people.sent_on,
        count(customer_days.order_date) > 0 as has_bought,
        count(customer_days.order_date) - count(customer_days.margin) as days_of_unknown_margin,
        coalesce(sum(customer_days.margin), 0) as margin
    from people
    left join customer_days
        on
            people.customer_id = customer_days.customer_id
            and customer_days.order_date between people.sent_on
            and {{ add_days('people.sent_on', var('effect_days') - 1) }}
    group by people.campaign_id, people.customer_id, people.is_control, people.sent_on

),

compared as (

    select
        campaign_id,
        max(sent_on) as last_sent_on,
        count(case when not is_control then 1 end) as treated,
        count(case when is_control then 1 end) as controls,
        count(case when not is_control and has_bought then 1 end) as treated_buyers,
        count(case when is_control and has_bought then 1 end) as control_buyers,
        sum(days_of_unknown_margin) = 0 as is_margin_known,
        sum(case when not is_control then margin end) as treated_margin,
        sum(case when is_control then margin end) as control_margin
    from purchases
    group by campaign_id

),

measured as (

    select
        *,
        case when is_margin_known then {{ ratio('treated_margin', 'treated') }} end as margin_per_treated,
        case when is_margin_known then {{ ratio('control_margin', 'controls') }} end as margin_per_control
    from compared

)

select
    campaigns.campaign_id,
    campaigns.channel,
    campaigns.kind,
    campaigns.cost,
    coalesce(measured.treated, 0) as treated,
    coalesce(measured.controls, 0) as controls,
    {{ ratio('measured.treated_buyers', 'measured.treated') }} as treated_buying_rate,
    {{ ratio('measured.control_buyers', 'measured.controls') }} as control_buying_rate,
    measured.margin_per_treated,
    measured.margin_per_control,
    (measured.margin_per_treated - measured.margin_per_control) * measured.treated as incremental_margin,
    {{ ratio('(measured.margin_per_treated - measured.margin_per_control) * measured.treated', 'campaigns.cost') }}
        as incremental_margin_per_cost,
    coalesce(measured.controls, 0) > 0 as is_controlled,
    {{ add_days('measured.last_sent_on', var('effect_days') - 1) }} <= run_context.as_of_date as is_complete
from campaigns
cross join run_context
left join measured
    on campaigns.campaign_id = measured.campaign_id
