with open_stays as (

    select * from {{ ref('ladder_history') }} where valid_to is null

)

select
    coalesce(stages.ladder, open_stays.ladder) as ladder,
    coalesce(stages.customer_id, open_stays.customer_id) as customer_id,
    stages.rung,
    open_stays.rung as open_rung,
    stages.since,
    open_stays.valid_from
from {{ ref('ladder_stages') }} as stages
full outer join open_stays
    on
        stages.ladder = open_stays.ladder
        and stages.customer_id = open_stays.customer_id
where
    stages.rung is distinct from open_stays.rung
    or stages.since is distinct from open_stays.valid_from
