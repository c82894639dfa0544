-- Visitors and first buyers of the commitment ladder who never stood higher, no fewer and no more: nobody is deleted
-- (S3-9).
select coalesce(stages.customer_id, decisions.customer_id) as customer_id
from (
    select customer_id
    from {{ ref('ladder_stages') }}
    where
        ladder = 'commitment'
        and rung in ('visitor', 'first_purchase')
        and highest_rung_ever in ('visitor', 'first_purchase')
) as stages
full outer join {{ ref('early_customer_decision') }} as decisions
    on stages.customer_id = decisions.customer_id
where stages.customer_id is null or decisions.customer_id is null
