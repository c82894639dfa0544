-- The ends of each referral as people and not as ids, in order of time. A table: Spark goes its ways step by step.
with referrals as (

    select * from {{ ref('stg_referrals') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }} where kind <> 'payer'

),

settings as (

    select * from {{ ref('stg_settings') }}

)

select
    row_number() over (
        order by
            referrals.referred_at, referrals.referrer_customer_id, referrals.referred_customer_id nulls last,
            referrals.referred_lead_id nulls last, referrals.evidence nulls last, referrals.file, referrals.file_line
    ) as referral_no,
    coalesce(referrers.customer_id, referrals.referrer_customer_id) as referrer_id,
    coalesce(
        referred.customer_id, referrals.referred_customer_id, 'lead:' || referrals.referred_lead_id
    ) as referred_id,
    referrals.referred_customer_id is null and referrals.referred_lead_id is null as is_of_nobody,
    -- Of ids that no file had named yet, nobody could have told who recommended whom.
    case
        when referrers.customer_id is not null
            then greatest(
                {{ local_date('referrals.referred_at', 'settings.timezone') }}, referrers.seen_on, referred.seen_on
            )
    end as known_on,
    referrals.referrer_customer_id,
    referrals.referred_at,
    referrals.evidence,
    referrals.file,
    referrals.file_line
from referrals
cross join settings
left join identities as referrers
    on referrals.referrer_customer_id = referrers.person_id
left join identities as referred
    on
        coalesce(referrals.referred_customer_id, 'lead:' || referrals.referred_lead_id)
        = referred.person_id
