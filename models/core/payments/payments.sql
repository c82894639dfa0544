-- Movements on the bank account with whose they are.
with movements as (

    select * from {{ ref('bank_movements') }}

),

identities as (

    select * from {{ ref('identities') }}

),

as_of as (

    select * from {{ ref('as_of') }}

)

select
    movements.transaction_id,
    movements.kind,
    coalesce(identities.customer_id, movements.person_id) as customer_id,
    movements.booked_at,
    movements.booked_on,
    movements.booked_on > as_of.as_of_date as is_after_as_of,
    movements.currency,
    movements.amount_in_currency,
    movements.rate,
    movements.amount,
    movements.purpose,
    movements.file,
    movements.file_line,
    movements.rule_code
from movements
cross join as_of
left join identities
    on movements.person_id = identities.person_id
