-- Refunds that are entered twice: under two ids in one file or system, or among the refunds under the id of a return of
-- their order; the day of one may be that of the booking, and the earlier counts.
with claims as (

    select
        entity,
        refund_id,
        order_id,
        line_no,
        refunded_at,
        refund_date,
        amount,
        coalesce(currency, '') as currency,
        source
    from {{ ref('refunds_of_orders') }}
    where rule_code is null

),

refunds as (

    select
        *,
        row_number() over (
            partition by source, order_id, line_no, refunded_at, amount, currency order by refund_id
        ) > 1 as is_entered_twice
    from claims
    where entity = 'refunds'

),

of_one_id as (

    select
        refunds.refund_id,
        refunds.refund_date > returns.refund_date as is_refund_repeated
    from refunds
    inner join claims as returns
        on
            returns.entity = 'orders'
            and refunds.refund_id = returns.refund_id
            and refunds.order_id = returns.order_id
            and refunds.amount = returns.amount
            and refunds.currency = returns.currency
            and refunds.refund_date <> returns.refund_date

)

select
    entity,
    refund_id
from refunds
where is_entered_twice

union

select
    case when is_refund_repeated then 'refunds' else 'orders' end as entity,
    refund_id
from of_one_id
