-- What customers paid is what pays for orders of the files, what orders were made of, and what is listed.
with money as (

    select
        (
            select coalesce(sum(amount), 0) from {{ ref('payments') }}
            where rule_code is null and kind = 'customer_payment'
        ) as paid,
        (select coalesce(sum(amount), 0) from {{ ref('payment_matches') }}) as matched,
        (select coalesce(sum(amount), 0) from {{ ref('booked_orders') }} where source = 'bank') as booked,
        (select coalesce(sum(unmatched_amount), 0) from {{ ref('unmatched_payments') }} where unmatched_amount > 0)
            as listed

)

select *
from money
where paid <> matched + booked + listed
