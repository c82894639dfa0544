-- S3-16. Nobody skips a rung on the way up; where the data say nothing of one, the stay is imputed. Where that is so of
-- nearly everyone, what would put people on the rung is not in the files.
with history as (

    select * from {{ ref('ladder_history') }} where direction <> 'down'

),

arrivals as (

    select
        ladder,
        rung_no,
        rung,
        customer_id,
        bool_and(is_imputed) as is_always_imputed
    from history
    group by ladder, rung_no, rung, customer_id

)

select
    ladder,
    rung_no,
    rung,
    count(*) as people,
    count(case when is_always_imputed then 1 end) as people_imputed,
    {{ ratio('count(case when is_always_imputed then 1 end)', 'count(*)') }} as share_imputed
from arrivals
group by ladder, rung_no, rung
