-- The months a forecast can be made at the end of, and the one since which moves are counted for it.
{{ config(materialized='view') }}

with calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people and is_complete

),

numbered as (

    select
        month,
        row_number() over (order by month) as month_no,
        max(month) over () as last_month
    from calendar_months

)

select
    month as origin_month,
    cast(least(month_no, {{ var('forecast_from_months') }}) as integer) as months_counted,
    {{ add_months('month', '1 - least(month_no, ' ~ var('forecast_from_months') ~ ')') }} as counted_since,
    month = last_month as is_last
from numbered
