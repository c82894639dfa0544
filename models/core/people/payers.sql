-- Whoever is on the other side of a movement by the as-of date: pays, or is paid back. Without a tax id they
-- have that of the one with their name, if there is but one: two firms of one name stay two.
with movements as (

    select * from {{ ref('bank_movements') }} where kind <> 'own_transfer' and person_id is not null

),

transactions as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null

),

as_of as (

    select * from {{ ref('as_of') }}

),

movements_to_date as (

    select
        movements.person_id,
        movements.booked_at,
        transactions.payer_tax_id,
        transactions.payer_name,
        transactions.receiver_tax_id,
        transactions.receiver_name,
        movements.person_id = {{ payer_id('transactions.receiver_tax_id', 'transactions.receiver_name') }}
            as is_receiver
    from movements
    inner join transactions
        on movements.transaction_id = transactions.transaction_id
    cross join as_of
    where movements.booked_on <= as_of.as_of_date

),

other_sides as (

    select
        person_id,
        booked_at,
        {{ number_key('case when is_receiver then receiver_tax_id else payer_tax_id end') }} as tax_id,
        {{ payer_name('case when is_receiver then receiver_name else payer_name end') }} as payer_name
    from movements_to_date

),

tax_ids_by_name as (

    select
        payer_name,
        min(tax_id) as tax_id
    from other_sides
    group by payer_name
    having min(tax_id) = max(tax_id)

)

select
    other_sides.person_id,
    min(other_sides.booked_at) as booked_at,
    min(coalesce(other_sides.tax_id, tax_ids_by_name.tax_id)) as tax_id
from other_sides
left join tax_ids_by_name
    on other_sides.payer_name = tax_ids_by_name.payer_name
group by other_sides.person_id
