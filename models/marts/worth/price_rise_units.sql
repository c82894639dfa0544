-- S0-11: what the active customers of each rung bought of a product before and after its price rose, and of those
-- whose price did not change. The rung is that of the day before the rise, so the people are the same before and
-- after. The day itself is left out: it is known only because somebody bought.
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

event_days as (

    select distinct changed_on as risen_on from changes where is_event

),

bought as (

    select
        event_days.risen_on,
        orders.customer_id,
        lines.product_id,
        sum(case when orders.order_date < event_days.risen_on then lines.quantity else 0 end) as units_before,
        sum(case when orders.order_date > event_days.risen_on then lines.quantity else 0 end) as units_after
    from orders
    inner join event_days
        on
            orders.order_date >= {{ add_days('event_days.risen_on', -var('price_response_days')) }}
            and orders.order_date <= {{ add_days('event_days.risen_on', var('price_response_days')) }}
            and orders.order_date <> event_days.risen_on
    inner join lines
        on orders.order_id = lines.order_id
    group by event_days.risen_on, orders.customer_id, lines.product_id

),

-- How each product's price was around each day: rose, changed otherwise, or (no row) did not change.
unsteady as (

    select
        event_days.risen_on,
        changes.product_id,
        bool_or(changes.is_event and changes.changed_on = event_days.risen_on) as has_risen
    from event_days
    inner join changes
        on
            changes.changed_on >= {{ add_days('event_days.risen_on', -var('price_response_days')) }}
            and changes.changed_on <= {{ add_days('event_days.risen_on', var('price_response_days')) }}
    group by event_days.risen_on, changes.product_id

),

on_rungs as (

    select
        bought.risen_on,
        case when unsteady.has_risen then bought.product_id end as product_id,
        states.canonical_rung_no as rung_no,
        sum(bought.units_before) as units_before,
        sum(bought.units_after) as units_after
    from bought
    left join unsteady
        on
            bought.risen_on = unsteady.risen_on
            and bought.product_id = unsteady.product_id
    inner join states
        on
            bought.customer_id = states.customer_id
            and bought.risen_on > states.valid_from
            and coalesce(states.valid_to, date '9999-12-31') >= bought.risen_on
    where coalesce(unsteady.has_risen, true)
    group by bought.risen_on, case when unsteady.has_risen then bought.product_id end, states.canonical_rung_no

)

select
    risen.risen_on,
    risen.product_id,
    risen.rung_no,
    cast(risen.units_before as decimal(28, 6)) as units_before,
    cast(risen.units_after as decimal(28, 6)) as units_after,
    cast(steady.units_before as decimal(28, 6)) as steady_units_before,
    cast(steady.units_after as decimal(28, 6)) as steady_units_after
from on_rungs as risen
inner join on_rungs as steady
    on
        risen.risen_on = steady.risen_on
        and risen.rung_no = steady.rung_no
        and steady.product_id is null
where risen.product_id is not null
