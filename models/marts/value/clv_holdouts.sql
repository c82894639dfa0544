-- Everybody who had bought by some days ago: what two ways to foresee purchases would have said of them then, and what
-- came. `formula` reads S x C x P x T as a forecast: who is active goes on at their own C, and of those the CRR of a
-- month stays each month. `naive_rate` has everybody go on at the rate of their repeat purchases, as if nobody left.
{{ config(materialized='view') }}

with run_context as (

    select * from {{ ref('run_context') }}

),

holdouts as (

    {% for weeks in var('clv_backtest_weeks') %}
    select
        cast({{ 7 * weeks }} as bigint) as horizon_days,
        {{ ratio(7 * weeks * 12, 365.25) }} as horizon_months,
        {{ add_days('as_of_date', -7 * weeks) }} as calibration_end
    from run_context
    {%- if not loop.last %}
    union all
    {%- endif %}
    {% endfor %}

),

monthly_retention as (

    select
        holdouts.horizon_days,
        {{ ratio('sum(periods.retained)', 'sum(periods.s_start)') }} as crr_month
    from holdouts
    inner join {{ ref('customer_retention') }} as periods
        on {{ add_months('periods.period', 1) }} <= {{ add_days('holdouts.calibration_end', 1) }}
    where
        periods.period_grain = 'month'
        and periods.window_days = {{ var('activity_window_days') }}
        and not periods.left_censored
    group by holdouts.horizon_days

),

customers as (

    select
        holdouts.horizon_days,
        holdouts.calibration_end,
        days.customer_id,
        min(days.order_date) as first_date,
        max(case when days.order_date <= holdouts.calibration_end then days.order_date end) as last_date,
        sum(case when days.order_date <= holdouts.calibration_end then 1 else 0 end) as purchase_days,
        cast(sum(case when days.order_date > holdouts.calibration_end then 1 else 0 end) as bigint) as actual_purchases
    from {{ ref('customer_days') }} as days
    cross join holdouts
    group by holdouts.horizon_days, holdouts.calibration_end, days.customer_id
    having min(days.order_date) <= holdouts.calibration_end

),

-- How many months of a customer who is active now are to be expected of so many months to come.
months_ahead as (

    select
        holdouts.horizon_days,
        case
            when retention.crr_month = 1 then holdouts.horizon_months
            else
                retention.crr_month * (1 - power(retention.crr_month, holdouts.horizon_months))
                / (1 - retention.crr_month)
        end as active_months
    from holdouts
    inner join monthly_retention as retention
        on holdouts.horizon_days = retention.horizon_days

)

-- Decimals, so that their sums do not depend on the order of customers.
select
    customers.customer_id,
    customers.horizon_days,
    customers.calibration_end,
    customers.actual_purchases,
    case
        when customers.last_date <= {{ add_days('customers.calibration_end', -var('activity_window_days')) }} then 0
        else
            cast(
                customers.purchase_days * months_ahead.active_months
                / ({{ month_index('customers.last_date') }} - {{ month_index('customers.first_date') }} + 1)
                as decimal(18, 6)
            )
    end as by_formula,
    cast(
        coalesce(
            {{ ratio(
                '(customers.purchase_days - 1) * customers.horizon_days',
                days_between('customers.first_date', 'customers.calibration_end')
            ) }}, 0
        ) as decimal(18, 6)
    ) as by_rate
from customers
left join months_ahead
    on customers.horizon_days = months_ahead.horizon_days
