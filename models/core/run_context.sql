-- What every mart is computed for. The as-of date is given, or the last business date there is: never the clock.
with orders as (

    select * from {{ ref('priced_orders') }} where rule_code is null

),

settings as (

    select * from {{ ref('stg_settings') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

dates as (

    select
        -- What counts as the first order is a sale; a day of business is any day with a genuine order.
        min(case when is_qualifying then order_date end) as first_order_date,
        max(case when is_genuine then order_date end) as last_order_date
    from orders

)

select
    cast(
        coalesce(
            cast(nullif('{{ var("as_of_date") or "" }}', '') as date),
            settings.as_of_date,
            dates.last_order_date
        ) as date
    ) as as_of_date,
    dates.first_order_date,
    dates.last_order_date,
    base.base_currency,
    settings.timezone,
    {{ var('activity_window_days') }} as activity_window_days
from settings
cross join dates
cross join base
