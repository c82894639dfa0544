-- Who is a promoter by their latest review, a score of 9 or 10 of 10, and since when that is so (S2-7).
with reviews as (

    select * from {{ ref('reviews') }}

),

reviews_by_day as (

    select
        customer_id,
        reviewed_on,
        score,
        row_number() over (
            partition by customer_id, reviewed_on order by reviewed_at desc, score asc
        ) as place
    from reviews

),

compared as (

    select
        customer_id,
        reviewed_on as changed_on,
        score,
        score >= {{ var('promoter_min_score') }} as is_promoter,
        coalesce(
            lag(score) over (partition by customer_id order by reviewed_on) >= {{ var('promoter_min_score') }}, false
        ) as was_promoter
    from reviews_by_day
    where place = 1

)

select
    customer_id,
    changed_on,
    score,
    is_promoter
from compared
where is_promoter <> was_promoter
