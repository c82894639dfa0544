-- And on nobody else's as theirs.
with regulars as (

    select
        customer_id,
        manager_id
    from {{ ref('customer_actions') }}
    where rung in ('regular', 'adherent', 'advocate') and manager_id is not null

),

listed as (

    select
        customer_id,
        manager_id
    from {{ ref('manager_tasks') }}
    where is_responsible

)

select coalesce(regulars.customer_id, listed.customer_id) as customer_id
from regulars
full outer join listed
    on
        regulars.customer_id = listed.customer_id
        and regulars.manager_id = listed.manager_id
where regulars.customer_id is null or listed.customer_id is null
