-- S1-11. What customers have put in of their own. A kind of which the data tell nothing at all is not known to be
-- absent: NULL.
with customers as (

    select * from {{ ref('customer_occasions') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null and is_contribution

),

reviews as (

    select * from {{ ref('reviews') }}

),

recommendations as (

    select * from {{ ref('recommendations') }}

),

contributions as (

    select
        customer_id,
        case
            when kind in ('event_attended', 'user_content', 'co_design') then kind
            else 'other'
        end as kind,
        occurred_on as contributed_on
    from contacts
    union all
    select
        customer_id,
        'review' as kind,
        reviewed_on as contributed_on
    from reviews
    union all
    select
        referrer_id as customer_id,
        'referral' as kind,
        referred_on as contributed_on
    from recommendations

),

known_kinds as (

    select
        bool_or(kind = 'review') as knows_reviews,
        bool_or(kind = 'referral') as knows_referrals,
        bool_or(kind not in ('review', 'referral')) as knows_efforts
    from contributions

),

contributions_by_customer as (

    select
        customer_id,
        {% for column, kind in [
            ('reviews', 'review'), ('referrals', 'referral'), ('events_attended', 'event_attended'),
            ('user_contents', 'user_content'), ('co_designs', 'co_design'), ('other_efforts', 'other')
        ] %}
        count(case when kind = '{{ kind }}' then 1 end) as {{ column }},
        {% endfor %}
        count(*) as contributions,
        max(contributed_on) as last_contribution_on
    from contributions
    group by customer_id

)

select
    customers.customer_id,
    case when known_kinds.knows_reviews then coalesce(given.reviews, 0) end as reviews,
    case when known_kinds.knows_referrals then coalesce(given.referrals, 0) end as referrals,
    {% for column in ['events_attended', 'user_contents', 'co_designs', 'other_efforts'] %}
    case when known_kinds.knows_efforts then coalesce(given.{{ column }}, 0) end as {{ column }},
    {% endfor %}
    case
        when known_kinds.knows_reviews or known_kinds.knows_referrals or known_kinds.knows_efforts
            then coalesce(given.contributions, 0)
    end as contributions,
    given.last_contribution_on
from customers
cross join known_kinds
left join contributions_by_customer as given
    on customers.customer_id = given.customer_id
