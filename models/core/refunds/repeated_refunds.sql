-- Refunds that say again what another one says. A refund may be entered twice under two ids; a return among the sales
-- may be among the refunds as well; and as a sale may be in two sources, so may its return. Goods can be returned
-- twice: of those who say that an order gave so much back on a day, the one who says it most often says how often.
with claims as (

    select
        claims.entity,
        claims.refund_id,
        claims.order_id,
        claims.line_no,
        claims.refunded_at,
        {{ local_date('claims.refunded_at', 'settings.timezone') }} as refund_date,
        claims.amount,
        coalesce(currencies.currency, upper(claims.currency), orders.currency, '') as currency,
        coalesce(orders.customer_id, orders.order_id) as owner_id,
        files.source,
        files.source = orders.source as is_of_order_source
    from {{ ref('refund_claims') }} as claims
    cross join {{ ref('stg_settings') }} as settings
    inner join {{ ref('booked_orders') }} as orders
        on claims.order_id = orders.order_id
    left join {{ ref('currencies') }} as currencies
        on upper(claims.currency) = currencies.spelling
    left join {{ ref('stg_files') }} as files
        on
            claims.entity = files.entity
            and claims.file = files.file
    where orders.rule_code is null

),

-- Of one moment, or under the id of a return of the same customer: the day may be that of the booking.
refunds as (

    select
        refunds.*,
        returns.refund_id is not null or row_number() over (
            partition by refunds.order_id, refunds.line_no, refunds.refunded_at, refunds.amount, refunds.currency
            order by refunds.refund_id
        ) > 1 as is_entered_twice
    from claims as refunds
    left join claims as returns
        on
            returns.entity = 'orders'
            and refunds.refund_id = returns.refund_id
            and refunds.owner_id = returns.owner_id
            and refunds.amount = returns.amount
            and refunds.currency = returns.currency
    where refunds.entity = 'refunds'

),

entered_once as (

    select
        claims.entity,
        claims.refund_id,
        claims.order_id,
        claims.refund_date,
        claims.amount,
        claims.currency,
        claims.source,
        claims.is_of_order_source
    from claims
    left join refunds
        on
            claims.entity = refunds.entity
            and claims.refund_id = refunds.refund_id
    where not coalesce(refunds.is_entered_twice, false)

),

sayings as (

    select
        order_id,
        refund_date,
        amount,
        currency,
        entity,
        source,
        row_number() over (
            partition by order_id, refund_date, amount, currency
            order by count(*) desc, bool_or(is_of_order_source) desc nulls last, entity asc, source asc
        ) as place
    from entered_once
    group by order_id, refund_date, amount, currency, entity, source

)

select
    entity,
    refund_id
from refunds
where is_entered_twice

union all

select
    entered_once.entity,
    entered_once.refund_id
from entered_once
inner join sayings
    on
        entered_once.order_id = sayings.order_id
        and entered_once.refund_date = sayings.refund_date
        and entered_once.amount = sayings.amount
        and entered_once.currency = sayings.currency
        and entered_once.entity = sayings.entity
        and coalesce(entered_once.source, '') = coalesce(sayings.source, '')
where sayings.place > 1
