-- Refunds that say again what another one says. A refund may be entered twice under two ids; a return among the sales
-- may be among the refunds as well; and as a sale may be in two sources, so may its return. Goods can be returned
-- twice: of those who say that an order gave so much back on a day, the one who says it most often says how often.
with line_numbers as (

    select distinct
        order_id,
        line_no
    from {{ ref('order_lines') }}
    where rule_code is null and line_no is not null

),

orders_with_lines as (

    select distinct order_id from line_numbers

),

claims as (

    select
        claims.entity,
        claims.refund_id,
        claims.order_id,
        claims.line_no,
        claims.refunded_at,
        {{ local_date('claims.refunded_at', 'settings.timezone') }} as refund_date,
        claims.amount,
        coalesce(currencies.currency, upper(claims.currency), orders.currency, '') as currency,
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
    left join line_numbers
        on
            claims.order_id = line_numbers.order_id
            and claims.line_no = line_numbers.line_no
    left join orders_with_lines
        on claims.order_id = orders_with_lines.order_id
    -- What is refused for another reason says nothing of others.
    where
        orders.rule_code is null
        and claims.refunded_at is not null
        and claims.amount is not null
        and (claims.currency is null or currencies.currency is not null)
        and coalesce(currencies.currency = orders.currency, true)
        and (claims.line_no is null or line_numbers.line_no is not null or orders_with_lines.order_id is null)

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
    left join of_one_id
        on
            claims.refund_id = of_one_id.refund_id
            and claims.entity = case when of_one_id.is_refund_repeated then 'refunds' else 'orders' end
    where not coalesce(refunds.is_entered_twice, false) and of_one_id.refund_id is null

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
