-- The declared base currency, or the only one that the orders are in.
with headers as (

    select * from {{ ref('order_headers') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

currencies_in_use as (

    select
        min(currencies.currency) as first_currency,
        max(currencies.currency) as last_currency
    from headers
    inner join currencies
        on headers.currency = currencies.spelling

)

select
    coalesce(
        settings.base_currency,
        case when in_use.first_currency = in_use.last_currency then in_use.first_currency end
    ) as base_currency
from settings
cross join currencies_in_use as in_use
