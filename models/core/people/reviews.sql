-- What customers have written of us by the as-of date, and who they are.
with reviews as (

    select * from {{ ref('stg_reviews') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

known_until as (

    select
        as_of.as_of_date,
        settings.timezone
    from {{ ref('as_of') }} as as_of
    cross join {{ ref('stg_settings') }} as settings

)

select
    coalesce(identities.customer_id, reviews.customer_id) as customer_id,
    reviews.reviewed_at,
    {{ local_date('reviews.reviewed_at', 'known_until.timezone') }} as reviewed_on,
    reviews.score,
    reviews.order_id,
    reviews.file,
    reviews.file_line
from reviews
left join identities
    on reviews.customer_id = identities.person_id
cross join known_until
where {{ local_date('reviews.reviewed_at', 'known_until.timezone') }} <= known_until.as_of_date
