-- What passes between a customer and us beyond buying: how they answer, when they last showed signs of life, what
-- we gave beyond what was owed, and how near we were when they learned the product (S1-3, S1-5, S2-3, S2-7).
{{ config(materialized='view') }}

with customers as (

    select * from {{ ref('customer_occasions') }}

),

contributions as (

    select * from {{ ref('customer_contribution') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null and customer_id is not null

),

reviews as (

    select
        customer_id,
        reviewed_on,
        score,
        min(reviewed_on) over (partition by customer_id) as first_review_on,
        row_number() over (
            partition by customer_id order by reviewed_at desc, score asc, file asc, file_line asc
        ) as place
    from {{ ref('reviews') }}

),

seen_customers as (

    select * from {{ ref('loyalty_contacts') }}

),

recommendations as (

    select
        referrer_id,
        -- A purchase of somebody recommended counts from the day it is known who recommended them.
        min(case when bought_on is not null then greatest(bought_on, known_on) end) as first_success_on,
        max(referred_on) as last_referred_on
    from {{ ref('recommendations') }}
    group by referrer_id

),

-- What nobody ever noted is not known to be missing.
known_kinds as (

    select
        bool_or(kind = 'greeting_answered') as knows_answers,
        bool_or(is_extra) as knows_extras,
        bool_or(is_support) as knows_support
    from contacts

)

select
    customers.customer_id,
    reviews.score as latest_score,
    contributions.referrals,
    recommendations.first_success_on,
    case when known_kinds.knows_answers then coalesce(seen.greetings, 0) end as greetings,
    case when known_kinds.knows_answers then coalesce(seen.greetings_answered, 0) end as greetings_answered,
    case when known_kinds.knows_extras then coalesce(seen.wows, 0) end as wows,
    seen.last_wow_on,
    coalesce(known_kinds.knows_support, false) as knows_support,
    seen.first_support_on,
    seen.first_effort_on,
    least(seen.first_effort_on, reviews.first_review_on) as first_contribution_on,
    case when contributions.referrals is not null then recommendations.first_success_on is not null end
        as has_recommended,
    case
        when contributions.reviews is not null or contributions.events_attended is not null
            then coalesce(seen.first_effort_on, reviews.first_review_on) is not null
    end as has_contributed,
    greatest(seen.last_contact_on, recommendations.last_referred_on, reviews.reviewed_on) as last_sign_of_life_on
from customers
inner join contributions
    on customers.customer_id = contributions.customer_id
cross join known_kinds
left join seen_customers as seen
    on customers.customer_id = seen.customer_id
left join recommendations
    on customers.customer_id = recommendations.referrer_id
left join reviews
    on
        customers.customer_id = reviews.customer_id
        and reviews.place = 1
