-- A rate holds on its own day, and for exchange_rate_max_age_days more unless a newer one comes.
with rates as (

    select * from {{ ref('stg_exchange_rates') }} where rule_code is null

),

currencies as (

    select * from {{ ref('currencies') }}

),

rates_by_day as (

    select
        currencies.currency,
        rates.rate_date,
        min(rates.rate) as rate
    from rates
    inner join currencies
        on upper(rates.currency) = currencies.spelling
    group by currencies.currency, rates.rate_date

),

spans as (

    select
        currency,
        rate_date as valid_from,
        least(
            {{ add_days('rate_date', var('exchange_rate_max_age_days') + 1) }},
            coalesce(
                lead(rate_date) over (partition by currency order by rate_date), date '9999-12-31'
            )
        ) as valid_to,
        rate
    from rates_by_day

)

select * from spans
