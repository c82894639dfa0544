-- S3-18: the Markov chain, month by month, from every month at the end of which it could have been asked. It says
-- what comes if people go on moving as they did, and nothing of why they move.
{{ config(materialized='view') }}
{%- set months = var('forecast_months') %}

with distribution as (

    select * from {{ ref('ladder_distribution') }}

),

forecast_months as (

    select * from {{ ref('forecast_months') }}

),

rates as (

    select * from {{ ref('forecast_rates') }}

),

after_0_months as (

    select
        distribution.ladder,
        forecast_months.origin_month,
        distribution.rung,
        distribution.customers
    from distribution
    inner join forecast_months
        on distribution.month = forecast_months.origin_month

),

-- Parts of people are summed up as decimals, so that no sum depends on the order of the rows. Who comes in a
-- month is the same in every month: from not on the ladder, as if from one who stays there.
{% for months_ahead in range(1, months + 1) -%}
after_{{ months_ahead }}_months as (

    select
        rates.ladder,
        rates.origin_month,
        rates.to_rung as rung,
        sum(
            cast(
                case rates.from_rung when 'not on the ladder' then 1 else before.customers end * rates.per_month
                as decimal(28, 12)
            )
        ) as customers
    from rates
    left join after_{{ months_ahead - 1 }}_months as before
        on
            rates.ladder = before.ladder
            and rates.origin_month = before.origin_month
            and rates.from_rung = before.rung
    group by rates.ladder, rates.origin_month, rates.to_rung

),

{% endfor -%}
projected as (

    {% for months_ahead in range(1, months + 1) -%}
    select
        ladder,
        origin_month,
        {{ months_ahead }} as months_ahead,
        rung,
        customers
    from after_{{ months_ahead }}_months
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    projected.ladder,
    projected.origin_month,
    projected.months_ahead,
    {{ add_months('projected.origin_month', 'projected.months_ahead') }} as month,
    projected.rung,
    cast(projected.customers as double) as customers,
    {{ ratio(
        'projected.customers',
        'sum(projected.customers) over (partition by projected.ladder, projected.origin_month, projected.months_ahead)'
    ) }} as share_of_customers
from projected
