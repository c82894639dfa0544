-- S3-18: is the chain worth anything? How far its shares were off on the mean, and how far those of "nothing changes".
with backtest as (

    select * from {{ ref('ladder_forecast_backtest') }}

),

-- Summed up as decimals, so that no sum depends on the order of the rows.
summed as (

    select
        ladder,
        months_ahead,
        count(distinct origin_month) as origins,
        count(error) as errors,
        sum(cast(abs(error) as decimal(28, 18))) as absolute_errors,
        sum(cast(abs(error_if_unchanged) as decimal(28, 18))) as absolute_errors_if_unchanged
    from backtest
    group by ladder, months_ahead

)

select
    ladder,
    months_ahead,
    origins,
    {{ ratio('absolute_errors', 'errors') }} as mean_absolute_error,
    {{ ratio('absolute_errors_if_unchanged', 'errors') }} as mean_absolute_error_if_unchanged,
    1 - {{ ratio('absolute_errors', 'absolute_errors_if_unchanged') }} as skill
from summed
