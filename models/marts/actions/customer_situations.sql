-- What the matter is with everyone, the most pressing first; with whom nothing is the matter, the rung they stand on.
{{ config(materialized='view') }}

with stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'canonical'

),

regular_rungs as (

    select rung from {{ ref('rung_strategies') }} where strategy in ('retention', 'cherish')

),

facts as (

    select * from {{ ref('customer_facts') }}

),

contacts as (

    select * from {{ ref('customer_contacts') }}

),

overdue as (

    select
        deliveries.customer_id,
        max(deliveries.promised_on) as promised_on
    from {{ ref('deliveries') }} as deliveries
    -- An order refunded in full is waited for no more, and is not among the orders.
    inner join {{ ref('orders') }} as orders
        on deliveries.order_id = orders.order_id
    where deliveries.is_overdue
    group by deliveries.customer_id

),

kinds as (

    select * from {{ ref('loyalty_matrix') }}

),

bonuses as (

    select * from {{ ref('bonus_dependence') }}

),

deals as (

    select
        *,
        row_number() over (partition by customer_id order by stage_on desc nulls last, deal_id asc) as place
    from {{ ref('deal_follow_up') }}
    where customer_id is not null and (outcome = 'open' or not has_bought_since)

)

select
    stages.customer_id,
    case
        when contacts.unsolved_complaint_on >= {{ add_days('stages.as_of_date', -var('open_matter_days')) }}
            then 'open_complaint'
        when overdue.promised_on >= {{ add_days('stages.as_of_date', -var('open_matter_days')) }} then 'overdue_order'
        when deals.situation is not null then deals.situation
        -- Silence is not always a farewell (S2-3).
        when kinds.state = 'dormant_loyal' then 'dormant_loyal'
        when stages.activity = 'lapsed' and regular_rungs.rung is not null then 'lapsed_regular'
        when stages.activity = 'lapsed' then 'lapsed'
        when
            facts.purchase_days >= {{ var('regular_min_occasions') }}
            and facts.recency_days > {{ var('slipping_gaps') }} * facts.median_gap_days
            then 'slipping'
        when bonuses.is_bonus_dependent then 'bonus_dependent'
        -- Whoever has bought and has no purchase left stands where others have not bought yet.
        when stages.activity = 'never_bought' and stages.highest_rung_ever <> stages.rung then 'gave_back'
        when not contacts.is_first_order_followed_up and stages.rung = 'buyer' then 'no_contact'
        else stages.rung
    end as situation,
    contacts.unsolved_complaint_on,
    overdue.promised_on,
    deals.stage as deal_stage,
    deals.stage_on as deal_stage_on
from stages
left join regular_rungs
    on stages.highest_rung_ever = regular_rungs.rung
left join facts
    on stages.customer_id = facts.customer_id
left join contacts
    on stages.customer_id = contacts.customer_id
left join kinds
    on stages.customer_id = kinds.customer_id
left join bonuses
    on stages.customer_id = bonuses.customer_id
left join overdue
    on stages.customer_id = overdue.customer_id
left join deals
    on
        stages.customer_id = deals.customer_id
        and deals.place = 1
