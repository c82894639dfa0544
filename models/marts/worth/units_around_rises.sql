-- S0-11: what the active customers of each rung bought of each product in price_response_days before and after a month
-- in which a list price rose. The month itself is left out: when the price changed is known only from sales, and who
-- hears of it may buy ahead. The rung is that before the month: the people are the same before and after, so that what
-- they buy a head changes as what they buy together.
{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('list_price_changes') }}

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null and list_price > 0

),

orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

states as (

    select * from {{ ref('ladder_states') }} where is_active

),

months as (

    select distinct
        month,
        {{ add_days('month', -var('price_response_days')) }} as first_day,
        {{ add_months('month', 1) }} as after_from,
        {{ add_days(add_months('month', 1), var('price_response_days') - 1) }} as last_day
    from changes
    where is_event

),

people as (

    select
        months.month,
        states.customer_id,
        states.canonical_rung_no as rung_no
    from states
    inner join months
        on
            states.valid_from < months.month
            and coalesce(states.valid_to, date '9999-12-31') >= months.month

),

their_orders as (

    select
        months.month,
        people.rung_no,
        orders.order_id,
        orders.order_date < months.month as is_before
    from orders
    inner join months
        on
            orders.order_date >= months.first_day
            and orders.order_date <= months.last_day
            and not (orders.order_date >= months.month and orders.order_date < months.after_from)
    inner join people
        on
            months.month = people.month
            and orders.customer_id = people.customer_id

)

select
    their_orders.month,
    their_orders.rung_no,
    lines.product_id,
    cast(sum(case when their_orders.is_before then lines.quantity else 0 end) as decimal(28, 6)) as units_before,
    cast(sum(case when their_orders.is_before then 0 else lines.quantity end) as decimal(28, 6)) as units_after
from their_orders
inner join lines
    on their_orders.order_id = lines.order_id
group by their_orders.month, their_orders.rung_no, lines.product_id
