-- K2: nobody can return after the data end.
with cells as (

    select
        *,
        max(age) over (partition by period_grain, cohort) as last_age
    from {{ ref('cohort_retention') }}

)

select
    period_grain,
    cohort,
    age,
    active,
    active_on_or_after
from cells
where age = last_age and active <> active_on_or_after
