-- Headers with what they are worth: the local date, and the money in the base currency at that day's rate.
-- Not stored, and not for others: the customers are still those of the sources.
{{ config(materialized='view') }}

with headers as (

    select * from {{ ref('order_headers') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

statuses as (

    select * from {{ ref('order_statuses') }}

),

orders_with_currency as (

    select
        headers.*,
        {{ local_date('headers.ordered_at', 'settings.timezone') }} as order_date,
        case when headers.currency is null then base.base_currency else currencies.currency end
            as iso_currency,
        base.base_currency
    from headers
    cross join settings
    cross join base
    left join currencies
        on headers.currency = currencies.spelling

),

orders_in_base as (

    select
        *,
        coalesce(iso_currency = base_currency, iso_currency is null and base_currency is null) as is_in_base
    from orders_with_currency

),

orders_with_rate as (

    select
        orders_in_base.*,
        case when orders_in_base.is_in_base then 1 else rates.rate end as rate
    from orders_in_base
    left join rates
        on
            orders_in_base.iso_currency = rates.currency
            and not orders_in_base.is_in_base
            and orders_in_base.order_date >= rates.valid_from
            and orders_in_base.order_date < rates.valid_to

)

select
    orders.order_id,
    orders.source,
    orders.customer_id,
    orders.ordered_at,
    orders.order_date,
    orders.status,
    statuses.is_qualifying,
    statuses.is_genuine,
    orders.iso_currency as currency,
    cast(orders.rate as decimal(18, 6)) as rate,
    orders.amount as amount_in_currency,
    case when orders.is_in_base then orders.amount else {{ converted('orders.amount', 'orders.rate') }} end as amount,
    case when orders.is_in_base then orders.cost else {{ converted('orders.cost', 'orders.rate') }} end as cost,
    orders.channel,
    orders.store_id,
    orders.manager_id,
    orders.file,
    orders.file_line,
    orders.is_derived,
    coalesce(
        orders.rule_code,
        case
            when orders.currency is not null and orders.iso_currency is null then 'currency_unknown'
            when orders.rate is null then 'rate_missing'
            when not orders.is_in_base and {{ converted('orders.amount', 'orders.rate') }} is null
                then 'amount_too_large'
        end
    ) as rule_code
from orders_with_rate as orders
inner join statuses
    on orders.status = statuses.status
