-- The months whose moves can be counted, at the end of each of which a forecast can be made, and the one since
-- which they are counted for it. In the first W days of the orders old customers look new, and nobody can lapse yet.
{{ config(materialized='view') }}

with calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people and is_complete

),

run_context as (

    select * from {{ ref('run_context') }}

),

numbered as (

    select
        calendar_months.month,
        row_number() over (order by calendar_months.month) as month_no,
        max(calendar_months.month) over () as last_month
    from calendar_months
    inner join run_context
        on calendar_months.month >= {{ add_days('run_context.first_order_date', var('activity_window_days')) }}

)

select
    month as origin_month,
    cast(least(month_no, {{ var('forecast_from_months') }}) as integer) as months_counted,
    {{ add_months('month', '1 - least(month_no, ' ~ var('forecast_from_months') ~ ')') }} as counted_since,
    month = last_month as is_last
from numbered
