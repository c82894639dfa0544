-- Whoever paid by bank by the as-of date. A payer without a tax id has that of the one payer with this
-- name, if there is but one: two firms of one name stay two.
with payments as (

    select * from {{ ref('stg_bank_transactions') }}
    where rule_code is null and amount > 0 and coalesce(direction, 'in') = 'in'

),

run_context as (

    select * from {{ ref('run_context') }}

),

payments_to_date as (

    select
        payments.booked_at,
        {{ payer_id('payments.payer_tax_id', 'payments.payer_name') }} as person_id,
        {{ payer_name('payments.payer_name') }} as payer_name,
        {{ number_key('payments.payer_tax_id') }} as tax_id
    from payments
    cross join run_context
    where {{ local_date('payments.booked_at', 'run_context.timezone') }} <= run_context.as_of_date

),

tax_ids_by_name as (

    select
        payer_name,
        min(tax_id) as tax_id
    from payments_to_date
    group by payer_name
    having min(tax_id) = max(tax_id)

)

select
    payments.person_id,
    min(payments.booked_at) as booked_at,
    min(coalesce(payments.tax_id, tax_ids_by_name.tax_id)) as tax_id
from payments_to_date as payments
left join tax_ids_by_name
    on payments.payer_name = tax_ids_by_name.payer_name
where payments.person_id is not null
group by payments.person_id
