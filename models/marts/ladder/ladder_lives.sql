-- Where everyone stands at the as-of date and how far they have come, all ladders side by side, and what is
-- known of them beyond orders.
{{ config(materialized='view') }}

with states as (

    select * from {{ ref('ladder_states') }}

),

turns as (

    select
        customer_id,
        max(turn_no) as turn_no
    from {{ ref('ladder_turns') }}
    group by customer_id

),

price_changes as (

    select * from {{ ref('full_price_changes') }} where is_latest

),

-- Where there are referrals at all, having none is a no.
referrals as (

    select count(*) > 0 as has_any from {{ ref('recommendations') }}

),

-- Who has written nothing may be a promoter or not.
reviewers as (

    select distinct customer_id from {{ ref('reviews') }}

),

lives as (

    select
        customer_id,
        {% for ladder in var('ladders') %}
        max(case when valid_to is null then {{ ladder }}_rung_no end) as {{ ladder }}_rung_no,
        max({{ ladder }}_rung_no) as {{ ladder }}_highest_no,
        max(case when {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no then valid_from end)
            as {{ ladder }}_since,
        {% endfor %}
        max(case when valid_to is null then occasions end) as occasions,
        bool_or(valid_to is null and is_active) as is_active,
        bool_or(cause = 'return') as has_returned,
        bool_or(case when valid_to is null then is_only_us end) as is_only_us,
        bool_or(valid_to is null and has_recommended) as has_recommended,
        bool_or(valid_to is null and is_promoter) as is_promoter
    from states
    group by customer_id

)

select
    lives.customer_id,
    {% for ladder in var('ladders') %}
    lives.{{ ladder }}_rung_no,
    lives.{{ ladder }}_highest_no,
    lives.{{ ladder }}_since,
    {% endfor %}
    case
        when lives.occasions = 0 then 'never_bought'
        when not lives.is_active then 'lapsed'
        when lives.has_returned then 'returned'
        else 'active'
    end as activity,
    coalesce(turns.turn_no, 1) as turn_no,
    lives.is_only_us,
    price_changes.pays_premium,
    case when lives.has_recommended or referrals.has_any then lives.has_recommended end as has_recommended,
    case when reviewers.customer_id is not null then lives.is_promoter end as is_promoter
from lives
cross join referrals
left join turns
    on lives.customer_id = turns.customer_id
left join price_changes
    on lives.customer_id = price_changes.customer_id
left join reviewers
    on lives.customer_id = reviewers.customer_id
