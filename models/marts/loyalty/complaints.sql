-- S1-4, S2-9. What became of each complaint; a solution is one of all complaints that were open when it came. Where no
-- solution was ever noted, none is known to be missing.
with contacts as (

    select * from {{ ref('contacts') }} where problem is null and kind in ('complaint', 'complaint_solved')

),

run_context as (

    select * from {{ ref('run_context') }}

),

days as (

    select
        customer_id,
        occurred_on,
        bool_or(kind = 'complaint') as is_complaint,
        bool_or(kind = 'complaint_solved') as is_solution
    from contacts
    where customer_id is not null
    group by customer_id, occurred_on

),

followed as (

    select
        customer_id,
        occurred_on as complained_on,
        is_complaint,
        min(case when is_solution then occurred_on end) over (
            partition by customer_id order by occurred_on
            rows between current row and unbounded following
        ) as solved_on
    from days

),

known_kinds as (

    select bool_or(kind = 'complaint_solved') as knows_solutions from contacts

)

select
    followed.customer_id,
    followed.complained_on,
    followed.solved_on,
    {{ add_days('followed.complained_on', var('complaint_sla_days')) }} as due_on,
    case
        when not known_kinds.knows_solutions then null
        when followed.solved_on <= {{ add_days('followed.complained_on', var('complaint_sla_days')) }} then true
        when run_context.as_of_date > {{ add_days('followed.complained_on', var('complaint_sla_days')) }} then false
    end as is_solved_in_time
from followed
cross join known_kinds
cross join run_context
where followed.is_complaint
