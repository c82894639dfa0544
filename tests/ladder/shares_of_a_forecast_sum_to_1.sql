select
    ladder,
    month,
    sum(expected_share) as total
from {{ ref('ladder_forecast') }}
group by ladder, month
having abs(sum(expected_share) - 1) > 1e-9
