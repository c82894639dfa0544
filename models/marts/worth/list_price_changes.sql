-- When list prices changed: a product's list price of a day against that of the last day it was sold before. A day
-- with two list prices, or in a foreign currency, says nothing.
with lines as (

    select * from {{ ref('order_lines') }} where rule_code is null and list_price > 0

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_genuine and rate = 1

),

run_context as (

    select * from {{ ref('run_context') }}

),

prices as (

    select
        lines.product_id,
        orders.order_date,
        max(lines.list_price) as list_price
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    cross join run_context
    where orders.order_date <= run_context.as_of_date
    group by lines.product_id, orders.order_date
    having min(lines.list_price) = max(lines.list_price)

),

compared as (

    select
        *,
        lag(list_price) over by_date as previous_price,
        lag(order_date) over by_date as last_sold_before
    from prices
    window by_date as (partition by product_id order by order_date)

),

changes as (

    select
        *,
        {{ period_start('month', 'order_date') }} as month,
        {{ add_days(period_start('month', 'order_date'), -var('price_response_days')) }} as first_day,
        {{ add_days(add_months(period_start('month', 'order_date'), 1), var('price_response_days') - 1) }} as last_day,
        lag(order_date) over by_date as previous_change_on,
        lead(order_date) over by_date as next_change_on
    from compared
    where list_price <> previous_price
    window by_date as (partition by product_id order by order_date)

)

select
    changes.product_id,
    changes.order_date as changed_on,
    changes.last_sold_before,
    changes.month,
    changes.previous_price,
    changes.list_price,
    {{ ratio('changes.list_price - changes.previous_price', 'changes.previous_price') }} as change,
    -- Compared in exact decimals: a rise of 10 % is one.
    cast(changes.list_price as decimal(28, 6)) * 10000
    between cast(changes.previous_price as decimal(28, 6)) * {{ 10000 + (var('price_rise_min') * 10000) | round | int }}
    and cast(changes.previous_price as decimal(28, 6)) * {{ 10000 + (var('price_rise_max') * 10000) | round | int }}
    -- It was the same for as long before the month, stays for as long after it, and all of that time is known.
    and coalesce(changes.previous_change_on <= changes.first_day, true)
    and coalesce(changes.next_change_on > changes.last_day, true)
    and run_context.first_order_date <= changes.first_day
    and run_context.as_of_date >= changes.last_day
        as is_event
from changes
cross join run_context
