-- Nobody who begins a month on a rung ends it on more than one.
select
    ladder,
    origin_month,
    from_rung,
    sum(per_month) as total
from {{ ref('forecast_rates') }}
where from_rung <> 'not on the ladder'
group by ladder, origin_month, from_rung
having sum(per_month) > 1 + 1e-9
