-- Refunds that say again what another one says. A refund may be entered twice under two ids; a return among the sales
-- may be among the refunds as well; and as a sale may be in two sources, so may its return. Goods can be returned
-- twice: of those who say that an order gave so much back on a day, the one who says it most often says how often.
-- What is refused for another reason says nothing of others.
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
        source,
        is_of_order_source
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

-- A refund under the id of a return of its order: the day of one may be that of the booking, and the earlier counts.
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

entered_once as (

    select claims.*
    from claims
    left join refunds
        on
            claims.entity = refunds.entity
            and claims.refund_id = refunds.refund_id
    left join of_one_id
        on
            claims.refund_id = of_one_id.refund_id
            and claims.entity = case when of_one_id.is_refund_repeated then 'refunds' else 'orders' end
    where not coalesce(refunds.is_entered_twice, false) and of_one_id.refund_id is null

),

counted as (

    select
        *,
        count(*) over (partition by order_id, refund_date, amount, currency, entity, source) as times
    from entered_once

),

ranked as (

    select
        *,
        dense_rank() over (
            partition by order_id, refund_date, amount, currency
            order by times desc, is_of_order_source desc nulls last, entity asc, source asc
        ) as place
    from counted

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
    entity,
    refund_id
from {{ ref('returns_said_twice') }}

union

select
    entity,
    refund_id
from ranked
where place > 1
