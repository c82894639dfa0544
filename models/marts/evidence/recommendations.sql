-- Who brought us whom: of everyone recommended the first valid referral, and what became of it. A
-- recommendation has succeeded when the person buys on its day or later (S0-6); an exchange is no new purchase.
with referrals as (

    select * from {{ ref('referrals') }} where is_first

),

occasions as (

    select * from {{ ref('ladder_occasions') }} where occasions > 0 and refunded_on is null

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
        referrals.known_on,
        referrals.evidence
    from referrals
    cross join run_context
    where referrals.known_on <= run_context.as_of_date

),

followed as (

    select
        dated.referrer_id,
        dated.referred_id,
        dated.referred_on,
        dated.known_on,
        dated.evidence,
        min(occasions.order_date) as bought_on
    from dated
    left join occasions
        on
            dated.referred_id = occasions.customer_id
            and dated.referred_on <= occasions.order_date
    group by dated.referrer_id, dated.referred_id, dated.referred_on, dated.known_on, dated.evidence

)

select
    followed.referrer_id,
    followed.referred_id,
    followed.referred_on,
    followed.known_on,
    followed.evidence,
    followed.bought_on,
    followed.bought_on is not null as is_successful,
    coalesce({{ money_sum('customer_days.revenue') }}, 0) as revenue,
    case
        when count(customer_days.order_date) > 0 then {{ known_sum('customer_days.margin') }}
        else 0
    end as margin
from followed
left join customer_days
    on
        followed.referred_id = customer_days.customer_id
        and followed.bought_on <= customer_days.order_date
group by
    followed.referrer_id,
    followed.referred_id,
    followed.referred_on,
    followed.known_on,
    followed.evidence,
    followed.bought_on
