-- The months that marts over time have rows for: from the quarter in which the first thing happened, so
-- that quarters are whole, to the as-of date.
with run_context as (

    select * from {{ ref('run_context') }}

),

customers as (

    select min(known_on) as first_known_on from {{ ref('customers') }}

),

span as (

    select
        least(run_context.first_order_date, customers.first_known_on) as first_date,
        {{ period_start('quarter', 'least(run_context.first_order_date, customers.first_known_on)') }} as first_quarter,
        run_context.as_of_date
    from run_context
    cross join customers

),

months as (

    {{ months_between('first_quarter', 'as_of_date', 'span') }}

)

select
    months.month,
    {{ add_days(add_months('months.month', 1), -1) }} as month_end,
    {{ add_days(add_months('months.month', 1), -1) }} <= span.as_of_date as is_complete,
    months.month >= {{ period_start('month', 'span.first_date') }} as has_people
from months
cross join span
