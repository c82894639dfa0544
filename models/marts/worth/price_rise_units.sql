-- S0-11: what was bought of a product before and after its price rose, beside what the same people bought of those
-- whose price did not change in all that time.
{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('list_price_changes') }}

),

units as (

    select * from {{ ref('units_around_rises') }}

),

months as (

    select distinct
        month,
        {{ add_days('month', -var('price_response_days')) }} as first_day,
        {{ add_days(add_months('month', 1), var('price_response_days') - 1) }} as last_day
    from changes
    where is_event

),

-- How each product's price was around each month: rose in it, changed otherwise, or (no row) did not change.
unsteady as (

    select
        months.month,
        changes.product_id,
        bool_or(changes.is_event and changes.month = months.month) as has_risen
    from months
    inner join changes
        on
            months.first_day <= changes.changed_on
            and months.last_day >= changes.changed_on
    group by months.month, changes.product_id

),

judged as (

    select
        units.*,
        unsteady.has_risen
    from units
    left join unsteady
        on
            units.month = unsteady.month
            and units.product_id = unsteady.product_id

),

steady as (

    select
        month,
        rung_no,
        sum(units_before) as units_before,
        sum(units_after) as units_after
    from judged
    where has_risen is null
    group by month, rung_no

)

select
    risen.month,
    risen.product_id,
    risen.rung_no,
    cast(risen.units_before as decimal(28, 6)) as units_before,
    cast(risen.units_after as decimal(28, 6)) as units_after,
    cast(steady.units_before as decimal(28, 6)) as steady_units_before,
    cast(steady.units_after as decimal(28, 6)) as steady_units_after
from judged as risen
inner join steady
    on
        risen.month = steady.month
        and risen.rung_no = steady.rung_no
where risen.has_risen
