-- What every mart is computed for.
with orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

as_of as (

    select * from {{ ref('as_of') }}

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
    as_of.as_of_date,
    dates.first_order_date,
    dates.last_order_date,
    base.base_currency,
    settings.timezone,
    {{ var('activity_window_days') }} as activity_window_days
from settings
cross join as_of
cross join dates
cross join base
