-- Which months brought customers who did not come back? Cohorts whose retention over their first three
-- complete months is less than half of what cohorts do on average. Averages are weighted by size.
with cells as (

    select * from {{ ref('cohort_retention') }}
    where period_grain = 'month' and is_complete and age between 1 and 3

),

cohorts as (

    select
        cohort,
        max(cohort_size) as customers,
        sum(active) / sum(cohort_size) as retention_in_3_months
    from cells
    group by cohort
    having count(*) = 3

),

all_cohorts as (

    select sum(active) / sum(cohort_size) as retention_in_3_months from cells

)

select
    cohorts.cohort,
    cohorts.customers,
    cohorts.retention_in_3_months,
    all_cohorts.retention_in_3_months as retention_of_all
from cohorts
cross join all_cohorts
where cohorts.retention_in_3_months < 0.5 * all_cohorts.retention_in_3_months
order by cohorts.cohort
