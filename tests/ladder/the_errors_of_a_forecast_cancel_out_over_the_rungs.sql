-- What is too much on one rung is too little on others, of the chain as of "nothing changes".
select
    ladder,
    origin_month,
    months_ahead,
    sum(error) as total,
    sum(error_if_unchanged) as total_if_unchanged
from {{ ref('ladder_forecast_backtest') }}
group by ladder, origin_month, months_ahead
having abs(sum(error)) > 1e-9 or abs(sum(error_if_unchanged)) > 1e-9
