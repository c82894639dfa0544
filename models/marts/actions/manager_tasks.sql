-- Each manager's regulars and the tasks for them (S4-18): those the manager looks after, and those the manager has
-- tasks for. The share done is of what is done or overdue: what is not due yet says nothing.
with regulars as (

    select
        customer_id,
        rung,
        manager_id,
        situation,
        action,
        priority
    from {{ ref('customer_actions') }}
    where strategy in ('retention', 'cherish')

),

tasks as (

    select * from {{ ref('known_tasks') }} where manager_id is not null

),

tasks_by_pair as (

    select
        manager_id,
        customer_id,
        count(*) as tasks,
        sum(case when state = 'done' then 1 else 0 end) as done,
        sum(case when state = 'overdue' then 1 else 0 end) as overdue,
        sum(case when state = 'open' then 1 else 0 end) as open_tasks,
        min(case when state <> 'done' then due_on end) as next_due_on
    from tasks
    group by manager_id, customer_id

),

pairs as (

    select
        manager_id,
        customer_id
    from regulars
    where manager_id is not null

    union

    select
        tasks_by_pair.manager_id,
        tasks_by_pair.customer_id
    from tasks_by_pair
    inner join regulars
        on tasks_by_pair.customer_id = regulars.customer_id

)

select
    pairs.manager_id,
    pairs.customer_id,
    regulars.rung,
    coalesce(regulars.manager_id = pairs.manager_id, false) as is_responsible,
    cast(coalesce(tasks_by_pair.tasks, 0) as bigint) as tasks,
    cast(coalesce(tasks_by_pair.done, 0) as bigint) as done,
    cast(coalesce(tasks_by_pair.overdue, 0) as bigint) as overdue,
    cast(coalesce(tasks_by_pair.open_tasks, 0) as bigint) as open_tasks,
    {{ ratio('tasks_by_pair.done', 'tasks_by_pair.done + tasks_by_pair.overdue') }} as done_share,
    tasks_by_pair.next_due_on,
    regulars.situation,
    regulars.action,
    regulars.priority
from pairs
inner join regulars
    on pairs.customer_id = regulars.customer_id
left join tasks_by_pair
    on
        pairs.manager_id = tasks_by_pair.manager_id
        and pairs.customer_id = tasks_by_pair.customer_id
