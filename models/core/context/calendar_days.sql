-- The days that metrics over time have rows for: those of calendar_months, so that the last month is whole.
with calendar_months as (

    select * from {{ ref('calendar_months') }}

),

longest_month as (

    select 30 as last_day_no

),

days_of_month as (

    {{ numbers_up_to('max(last_day_no)', 'longest_month') }}

)

select {{ add_days('calendar_months.month', 'days_of_month.number') }} as date_day
from calendar_months
inner join days_of_month
    on {{ add_days('calendar_months.month', 'days_of_month.number') }} <= calendar_months.month_end
