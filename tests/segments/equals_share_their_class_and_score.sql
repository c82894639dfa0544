-- K6, K8: no tie is broken by an id.
select
    revenue as tied_on,
    'abc' as measure
from {{ ref('abc_xyz_customers') }}
group by revenue
having min(abc) <> max(abc)

union all

select
    monetary as tied_on,
    'rfm' as measure
from {{ ref('rfm_customers') }}
group by monetary
having min(m_score) <> max(m_score)
