select
    'ladder_transitions' as mart,
    ladder,
    month,
    from_rung,
    sum(share) as total
from {{ ref('ladder_transitions') }}
group by ladder, month, from_rung
having abs(sum(share) - 1) > 1e-9

union all

select
    'ladder_distribution' as mart,
    ladder,
    month,
    null as from_rung,
    sum(share_of_customers) as total
from {{ ref('ladder_distribution') }}
group by ladder, month
having abs(sum(share_of_customers) - 1) > 1e-9
