-- Tasks with whose they are and what became of them by the as-of date. A task is overdue from the day after it was due.
{{ config(materialized='view') }}

with tasks as (

    select * from {{ ref('stg_tasks') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

managers as (

    select * from {{ ref('customer_managers') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

dated as (

    select
        tasks.task_id,
        tasks.manager_id,
        coalesce(identities.customer_id, tasks.customer_id) as customer_id,
        {{ local_date('tasks.due_at', 'run_context.timezone') }} as due_on,
        {{ local_date('tasks.done_at', 'run_context.timezone') }} as done_on,
        run_context.as_of_date
    from tasks
    cross join run_context
    left join identities
        on tasks.customer_id = identities.person_id

)

select
    dated.task_id,
    coalesce(dated.manager_id, managers.manager_id) as manager_id,
    dated.customer_id,
    dated.due_on,
    case when dated.done_on <= dated.as_of_date then dated.done_on end as done_on,
    case
        when dated.done_on <= dated.as_of_date then 'done'
        when dated.due_on < dated.as_of_date then 'overdue'
        else 'open'
    end as state
from dated
left join managers
    on dated.customer_id = managers.customer_id
