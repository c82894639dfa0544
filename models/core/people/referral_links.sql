-- The ends of each referral as people and not as ids, in order of time. A table: Spark goes its ways step by step.
with referrals as (

    select * from {{ ref('stg_referrals') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

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
    referrals.referrer_customer_id,
    referrals.referred_at,
    referrals.evidence,
    referrals.file,
    referrals.file_line
from referrals
left join identities as referrers
    on referrals.referrer_customer_id = referrers.person_id
left join identities as referred
    on
        coalesce(referrals.referred_customer_id, 'lead:' || referrals.referred_lead_id)
        = referred.person_id
