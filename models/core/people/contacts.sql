-- What passed between a person and us by the as-of date. An interaction names a customer, a lead or both.
with interactions as (

    select * from {{ ref('stg_interactions') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

kinds as (

    select * from {{ ref('interaction_kinds') }}

),

known_until as (

    select
        as_of.as_of_date,
        settings.timezone
    from {{ ref('as_of') }} as as_of
    cross join {{ ref('stg_settings') }} as settings

),

dated as (

    select
        interactions.*,
        {{ local_date('interactions.occurred_at', 'known_until.timezone') }} as occurred_on,
        coalesce(interactions.customer_id, 'lead:' || interactions.lead_id) as person_id
    from interactions
    cross join known_until
    where {{ local_date('interactions.occurred_at', 'known_until.timezone') }} <= known_until.as_of_date

)

select
    dated.interaction_id,
    identities.customer_id,
    dated.occurred_at,
    dated.occurred_on,
    -- Of an id that no file had named yet, nobody could have told whose contact it was.
    greatest(dated.occurred_on, identities.seen_on) as known_on,
    lower(dated.kind) as kind,
    dated.campaign_id,
    coalesce(kinds.is_reach, false) as is_reach,
    coalesce(kinds.is_interest, false) as is_interest,
    coalesce(kinds.is_outbound, false) as is_outbound,
    coalesce(kinds.is_support, false) as is_support,
    coalesce(kinds.is_extra, false) as is_extra,
    coalesce(kinds.is_contribution, false) as is_contribution,
    dated.file,
    dated.file_line,
    case
        when identities.customer_id is null then 'contact_with_nobody_known'
        when kinds.kind is null then 'unknown_interaction_kind'
    end as problem
from dated
left join identities
    on dated.person_id = identities.person_id
left join kinds
    on lower(dated.kind) = kinds.kind
