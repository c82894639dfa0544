-- How each manager does: the steps taken with regulars and with all (S4-18), and how many of those who first bought
-- from the manager came back (S2-2).
with regulars as (

    select
        manager_id,
        sum(case when is_responsible then 1 else 0 end) as regulars,
        sum(done) as done_for_regulars,
        sum(overdue) as overdue_for_regulars
    from {{ ref('manager_tasks') }}
    group by manager_id

),

tasks as (

    select
        manager_id,
        sum(case when state = 'done' then 1 else 0 end) as done,
        sum(case when state = 'overdue' then 1 else 0 end) as overdue,
        sum(case when state = 'open' then 1 else 0 end) as open_tasks
    from {{ ref('known_tasks') }}
    where manager_id is not null
    group by manager_id

),

customers as (

    select
        manager_id,
        count(*) as customers
    from {{ ref('customer_managers') }}
    group by manager_id

),

first_sales as (

    select
        orders.manager_id,
        count(*) as first_buyers,
        sum(case when facts.purchase_days > 1 then 1 else 0 end) as who_came_back
    from {{ ref('orders') }} as orders
    inner join {{ ref('customer_facts') }} as facts
        on orders.customer_id = facts.customer_id
    where
        orders.order_number = 1
        and orders.manager_id is not null
        and facts.age_days >= {{ var('activity_window_days') }}
    group by orders.manager_id

),

known as (

    select manager_id from customers
    union
    select manager_id from tasks
    union
    select manager_id from first_sales

)

select
    known.manager_id,
    coalesce(customers.customers, 0) as customers,
    cast(coalesce(regulars.regulars, 0) as bigint) as regulars,
    cast(coalesce(tasks.done, 0) as bigint) as done,
    cast(coalesce(tasks.overdue, 0) as bigint) as overdue,
    cast(coalesce(tasks.open_tasks, 0) as bigint) as open_tasks,
    {{ ratio('tasks.done', 'tasks.done + tasks.overdue') }} as done_share,
    {{ ratio('regulars.done_for_regulars', 'regulars.done_for_regulars + regulars.overdue_for_regulars') }}
        as done_share_for_regulars,
    coalesce(first_sales.first_buyers, 0) as first_buyers,
    {{ ratio('first_sales.who_came_back', 'first_sales.first_buyers') }} as repeat_rate
from known
left join customers
    on known.manager_id = customers.manager_id
left join regulars
    on known.manager_id = regulars.manager_id
left join tasks
    on known.manager_id = tasks.manager_id
left join first_sales
    on known.manager_id = first_sales.manager_id
