-- What was, and what every cause added, is what is.
select
    measure,
    month,
    min(old) as old,
    min(new) as new,
    sum(change) as change
from {{ ref('restatements') }}
group by measure, month
having
    min(old) is distinct from max(old)
    or min(new) is distinct from max(new)
    or sum(change) is distinct from min(new) - min(old)
    or count(change) not in (0, count(*))
