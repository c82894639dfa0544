-- Money on the account that stands behind no order, and money paid back that lowers none.
with outcomes as (

    select * from {{ ref('payment_outcomes') }}

),

payments as (

    select * from {{ ref('payments') }} where rule_code is null and kind = 'refund_paid'

),

bank_refunds as (

    select * from {{ ref('bank_refunds') }}

)

select
    transaction_id,
    customer_id,
    booked_on,
    amount,
    left_amount as unmatched_amount,
    outcome as reason,
    file,
    file_line
from outcomes
where outcome not in ('matched', 'order')

union all

select
    payments.transaction_id,
    payments.customer_id,
    payments.booked_on,
    payments.amount,
    payments.amount as unmatched_amount,
    'refund_of_no_bank_order' as reason,
    payments.file,
    payments.file_line
from payments
where not exists (select 1 from bank_refunds where bank_refunds.transaction_id = payments.transaction_id)
