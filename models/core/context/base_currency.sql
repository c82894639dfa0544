-- The declared base currency, or the only one that the orders are in; where they name none, that of the bank account.
with headers as (

    select * from {{ ref('order_headers') }}

),

transactions as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null

),

settings as (

    select * from {{ ref('stg_settings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

currencies_of_orders as (

    select
        min(currencies.currency) as first_currency,
        max(currencies.currency) as last_currency
    from headers
    inner join currencies
        on headers.currency = currencies.spelling

),

currencies_of_payments as (

    select
        min(currencies.currency) as first_currency,
        max(currencies.currency) as last_currency
    from transactions
    inner join currencies
        on upper(transactions.currency) = currencies.spelling

)

select
    coalesce(
        settings.base_currency,
        case
            when of_orders.first_currency is null and of_payments.first_currency = of_payments.last_currency
                then of_payments.first_currency
            when of_orders.first_currency = of_orders.last_currency then of_orders.first_currency
        end
    ) as base_currency
from settings
cross join currencies_of_orders as of_orders
cross join currencies_of_payments as of_payments
