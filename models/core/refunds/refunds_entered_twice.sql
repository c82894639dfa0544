-- Refunds that are entered twice: under two ids in one file or system, or among the refunds under the id of a return of
-- their order; the day of one may be that of the booking, and the earlier counts. Of a return that another source says
-- as well, that one counts, whatever day the refund has.
with claims as (

    select
        entity,
        refund_id,
        order_id,
        line_said,
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
            partition by source, order_id, line_said, refunded_at, amount, currency order by refund_id
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

),

of_returns_said_twice as (

    select refunds.refund_id
    from refunds
    inner join {{ ref('returns_said_twice') }} as said_twice
        on
            said_twice.entity = 'orders'
            and refunds.refund_id = said_twice.refund_id
    inner join {{ ref('returns') }} as returns
        on
            said_twice.entity = returns.entity
            and said_twice.refund_id = returns.refund_id
            and refunds.amount = returns.amount

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

union

select
    'refunds' as entity,
    refund_id
from of_returns_said_twice
