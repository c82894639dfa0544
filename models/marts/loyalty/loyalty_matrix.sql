-- S2-7. Loyalty has two aspects: people who keep buying, and people who are fond of us (Dick & Basu 1994). Who was
-- never asked and never said anything may be either: unknown is not low.
with customers as (

    select * from {{ ref('customer_occasions') }}

),

signals as (

    select * from {{ ref('customer_signals') }}

),

-- Who was ever a regular stays one who was, whatever has been refunded since.
former_regulars as (

    select stages.customer_id
    from {{ ref('ladder_stages') }} as stages
    inner join {{ ref('rung_strategies') }} as strategies
        on stages.highest_rung_ever = strategies.rung
    where stages.ladder = 'canonical' and strategies.strategy in ('retention', 'cherish')

),

run_context as (

    select * from {{ ref('run_context') }}

),

scored as (

    select
        customers.*,
        case when customers.has_been_regular then 1 else 0 end + case when customers.is_active then 1 else 0 end
            as behavioural_score,
        case when signals.referrals > 0 then 1 else 0 end
        + case when signals.latest_score >= {{ var('promoter_min_score') }} then 1 else 0 end
        + case when signals.greetings_answered > 0 then 1 else 0 end
        + case when signals.first_effort_on is not null then 1 else 0 end as signs_of_feeling,
        coalesce(signals.latest_score < {{ var('promoter_min_score') }}, false)
        or coalesce(signals.greetings > 0, false) as was_asked,
        signals.last_sign_of_life_on
    from customers
    inner join signals
        on customers.customer_id = signals.customer_id

),

aspects as (

    select
        *,
        case when behavioural_score = 2 then 'high' else 'low' end as behavioural,
        case
            when signs_of_feeling > 0 then 'high'
            when was_asked then 'low'
            else 'unknown'
        end as emotional
    from scored

)

select
    aspects.customer_id,
    aspects.occasions,
    aspects.is_active,
    aspects.behavioural_score,
    aspects.behavioural,
    case when aspects.emotional <> 'unknown' then aspects.signs_of_feeling end as emotional_score,
    aspects.emotional,
    case
        when aspects.emotional = 'unknown' then 'unknown'
        when aspects.behavioural = 'high' and aspects.emotional = 'high' then 'true'
        when aspects.behavioural = 'high' then 'spurious'
        when aspects.emotional = 'high' then 'latent'
        else 'none'
    end as quadrant,
    -- S2-3: silence of a regular who still talks to us, or of us, is not the end.
    case
        when aspects.is_active then 'active'
        when
            former_regulars.customer_id is not null
            and {{ days_between('aspects.last_sign_of_life_on', 'run_context.as_of_date') }}
            < {{ var('sign_of_life_days') }}
            then 'dormant_loyal'
        else 'lapsed'
    end as state,
    aspects.last_sign_of_life_on,
    run_context.as_of_date
from aspects
cross join run_context
left join former_regulars
    on aspects.customer_id = former_regulars.customer_id
