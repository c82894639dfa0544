with declared as (

    {{ rungs_relation() }}

)

select
    stages.ladder,
    stages.customer_id,
    stages.rung,
    stages.highest_rung_ever
from {{ ref('ladder_stages') }} as stages
inner join declared
    on
        stages.ladder = declared.ladder
        and stages.highest_rung_ever = declared.rung
where declared.rung_no < stages.rung_no
