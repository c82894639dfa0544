-- Who brought us whom: of everyone recommended the first valid referral, and what became of it. A
-- recommendation has succeeded when the person buys on its day or later (S0-6).
with referrals as (

    select * from {{ ref('referrals') }} where is_first

),

customer_days as (

    select * from {{ ref('customer_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

dated as (

    select
        referrals.referrer_id,
        referrals.referred_id,
        {{ local_date('referrals.referred_at', 'run_context.timezone') }} as referred_on,
        referrals.evidence
    from referrals
    cross join run_context
    where {{ local_date('referrals.referred_at', 'run_context.timezone') }} <= run_context.as_of_date

)

select
    dated.referrer_id,
    dated.referred_id,
    dated.referred_on,
    dated.evidence,
    min(customer_days.order_date) as bought_on,
    count(customer_days.order_date) > 0 as is_successful,
    coalesce({{ money_sum('customer_days.revenue') }}, 0) as revenue,
    case
        when count(customer_days.order_date) > 0 then {{ known_sum('customer_days.margin') }}
        else 0
    end as margin
from dated
left join customer_days
    on
        dated.referred_id = customer_days.customer_id
        and dated.referred_on <= customer_days.order_date
group by dated.referrer_id, dated.referred_id, dated.referred_on, dated.evidence
