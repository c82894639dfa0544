-- Money paid back to a payer lowers the bank order whose number it names, or else the payer's latest one that can
-- bear it: all of it or nothing, earlier refunds first.
with refundable as (

    select * from {{ ref('refundable_bank_orders') }}

),

given as (

    {{ allocated(
        pairs='refundable',
        group_by='customer_id',
        left_id='transaction_id',
        right_id='order_id',
        left_amount='amount',
        right_amount='order_amount',
        order_by='booked_at, transaction_id, is_unnamed, ordered_at desc, order_id desc',
        whole=true
    ) }}

),

running as (

    select
        given.transaction_id,
        given.order_id,
        refundable.booked_on as refund_date,
        given.amount as amount_in_currency,
        refundable.rate,
        sum(given.amount) over (
            partition by given.order_id order by refundable.booked_at, given.transaction_id
            rows between unbounded preceding and current row
        ) as refunded_so_far
    from given
    inner join refundable
        on given.transaction_id = refundable.transaction_id and given.order_id = refundable.order_id

)

select
    transaction_id,
    order_id,
    refund_date,
    cast(amount_in_currency as decimal(18, 2)) as amount_in_currency,
    cast(
        {{ cents('refunded_so_far * rate') }} - {{ cents('(refunded_so_far - amount_in_currency) * rate') }}
        as decimal(18, 2)
    ) as amount
from running
