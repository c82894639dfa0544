-- Whoever is on the other side of a movement by the as-of date: pays, or is paid back. Without a tax id they
-- have that of the one with their name, if there is but one: two firms of one name stay two.
with movements as (

    select * from {{ ref('bank_movements') }} where kind <> 'own_transfer' and person_id is not null

),

counterparties as (

    select * from {{ ref('counterparties') }}

),

as_of as (

    select * from {{ ref('as_of') }}

),

other_sides as (

    select
        movements.person_id,
        movements.booked_at,
        counterparties.tax_id,
        counterparties.name
    from movements
    inner join counterparties
        on movements.transaction_id = counterparties.transaction_id
    cross join as_of
    where movements.booked_on <= as_of.as_of_date

),

tax_ids_by_name as (

    select
        name,
        min(tax_id) as tax_id
    from other_sides
    group by name
    having min(tax_id) = max(tax_id)

)

select
    other_sides.person_id,
    min(other_sides.booked_at) as booked_at,
    min(coalesce(other_sides.tax_id, tax_ids_by_name.tax_id)) as tax_id
from other_sides
left join tax_ids_by_name
    on other_sides.name = tax_ids_by_name.name
group by other_sides.person_id
