with history as (

    select
        rung_no,
        count(distinct customer_id) as people
    from {{ ref('ladder_history') }}
    where ladder = 'canonical'
    group by rung_no

),

skirt as (

    select * from {{ ref('sales_skirt') }} where population = 'all'

)

select
    coalesce(history.rung_no, skirt.rung_no) as rung_no,
    history.people,
    skirt.reached
from history
full outer join skirt
    on history.rung_no = skirt.rung_no
where coalesce(history.people, 0) <> coalesce(skirt.reached, 0)
