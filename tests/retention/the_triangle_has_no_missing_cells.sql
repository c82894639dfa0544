select
    period_grain,
    cohort,
    count(*) as cells,
    max(age) + 1 as expected
from {{ ref('cohort_retention') }}
group by period_grain, cohort
having count(*) <> max(age) + 1 or min(age) <> 0
