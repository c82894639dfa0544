-- Which refund of an order the bank has paid out: one of the payer's, of the same amount, the nearest in time. It has
-- lowered its order already, and lowers no bank order too.
with payments as (

    select
        transaction_id,
        customer_id,
        booked_on,
        coalesce(currency, '') as currency,
        cast(-amount_in_currency as decimal(18, 2)) as amount
    from {{ ref('payments') }}
    where rule_code is null and kind = 'refund_paid' and not is_after_as_of and customer_id is not null

),

refunds as (

    select
        orders.customer_id,
        refunds.refund_date,
        coalesce(refunds.currency, '') as currency,
        refunds.amount_in_currency as amount,
        concat(refunds.entity, ':', refunds.refund_id) as claim_id
    from {{ ref('refunds') }} as refunds
    inner join {{ ref('booked_orders') }} as orders
        on refunds.order_id = orders.order_id
    cross join {{ ref('as_of') }} as as_of
    where refunds.rule_code is null and refunds.refund_date <= as_of.as_of_date and orders.source <> 'bank'

),

pairs as (

    select
        payments.customer_id,
        payments.currency,
        payments.amount,
        payments.transaction_id,
        refunds.claim_id,
        1 as one_refund,
        abs({{ days_between('refunds.refund_date', 'payments.booked_on') }}) as days_apart
    from payments
    inner join refunds
        on
            payments.customer_id = refunds.customer_id
            and payments.currency = refunds.currency
            and payments.amount = refunds.amount
    where abs({{ days_between('refunds.refund_date', 'payments.booked_on') }}) <= {{ var('payment_match_days') }}

)

select
    transaction_id,
    claim_id
from (
    {{ allocated(
        pairs='pairs',
        group_by='customer_id, currency, amount',
        left_id='transaction_id',
        right_id='claim_id',
        left_amount='one_refund',
        right_amount='one_refund',
        order_by='days_apart, transaction_id, claim_id'
    ) }}
) as matched
