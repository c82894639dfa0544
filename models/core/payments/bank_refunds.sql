-- Money paid back to a payer lowers the bank order whose number it names, or else the payer's latest one that can
-- bear it: all of it or nothing, earlier refunds first.
with refundable as (

    select * from {{ ref('refundable_bank_orders') }}

),

numbered as (

    select
        *,
        dense_rank() over (partition by customer_id order by booked_at, transaction_id) as refund_no,
        row_number() over (
            partition by transaction_id order by is_unnamed asc, ordered_at desc, order_id desc
        ) as choice_no
    from refundable
    where amount <= order_amount

),

-- Each earlier refund takes from one order, so the n-th of a payer finds its own among the first n it would take.
within_reach as (

    select * from numbered
    where choice_no <= refund_no

),

given as (

    {{ allocated(
        pairs='within_reach',
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
