-- Rungs, strategies, actions and the rest have their English and Russian names in one place.
with codes as (

    select
        'rung' as kind,
        rung as code
    from ({{ rungs_relation() }}) as rungs
    -- A ladder that somebody declares beside these goes by the names of its rungs.
    where ladder in ('canonical', 'classic', 'commitment', 'skirt', 'groups')
    union
    select
        'strategy' as kind,
        strategy as code
    from {{ ref('rung_strategies') }}
    union
    select
        'action' as kind,
        action as code
    from {{ ref('next_actions') }}
    union
    select
        'greeting' as kind,
        occasion as code
    from {{ ref('greetings') }}
    union
    select
        'decision' as kind,
        decision as code
    from {{ ref('early_customer_decision') }}
    union
    select
        'activity' as kind,
        activity as code
    from {{ ref('customer_actions') }}
    union
    select
        'segment' as kind,
        segment as code
    from {{ ref('rfm_segments') }}

)

select
    codes.kind,
    codes.code
from codes
left join {{ ref('labels') }} as labels
    on
        codes.kind = labels.kind
        and codes.code = labels.code
where labels.code is null
