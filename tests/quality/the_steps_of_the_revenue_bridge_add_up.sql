-- Identity 2: what is booked, less what is left out, is what the marts have.
select
    sum(amount) filter (where step_no <= 10) as left_over,
    sum(amount) filter (where step_no > 10) as in_marts
from {{ ref('revenue_bridge') }}
having sum(amount) filter (where step_no <= 10) is distinct from sum(amount) filter (where step_no > 10)
