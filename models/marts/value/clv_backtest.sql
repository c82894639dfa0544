-- How good a forecast of purchases would have been some time ago (clv_holdouts): what was expected of all customers,
-- what came, and how far off it was on average.
with holdouts as (

    select * from {{ ref('clv_holdouts') }}

),

methods as (

    select 'formula' as method
    union all
    select 'naive_rate' as method

),

expected as (

    select
        methods.method,
        holdouts.calibration_end,
        holdouts.horizon_days,
        holdouts.actual_purchases,
        case methods.method when 'formula' then holdouts.by_formula else holdouts.by_rate end as expected_purchases
    from holdouts
    cross join methods

),

totals as (

    select
        method,
        calibration_end,
        horizon_days,
        count(*) as customers,
        case when count(*) = count(expected_purchases) then sum(expected_purchases) end as expected_purchases,
        cast(sum(actual_purchases) as bigint) as actual_purchases,
        case
            when count(*) = count(expected_purchases) then sum(abs(expected_purchases - actual_purchases))
        end as absolute_error
    from expected
    group by method, calibration_end, horizon_days

)

select
    method,
    calibration_end,
    horizon_days,
    customers,
    cast(expected_purchases as double) as expected_purchases,
    actual_purchases,
    {{ ratio('absolute_error', 'customers') }} as mean_absolute_error,
    {{ ratio('expected_purchases', 'actual_purchases') }} - 1 as bias
from totals
