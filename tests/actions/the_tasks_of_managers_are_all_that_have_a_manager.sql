with counted as (

    select coalesce(sum(done + overdue + open_tasks), 0) as tasks from {{ ref('managers') }}

),

known as (

    select count(*) as tasks from {{ ref('known_tasks') }} where manager_id is not null

)

select
    counted.tasks as tasks_of_managers,
    known.tasks as tasks_with_a_manager
from counted
cross join known
where counted.tasks <> known.tasks
