-- Payments that are orders themselves.
with payments as (

    select * from {{ ref('payment_outcomes') }} where outcome = 'order'

)

select
    'bank:' || transaction_id as order_id,
    'bank' as source,
    transaction_id,
    customer_id,
    booked_at as ordered_at,
    booked_on as order_date,
    currency,
    rate,
    amount_in_currency,
    amount,
    file,
    file_line
from payments
