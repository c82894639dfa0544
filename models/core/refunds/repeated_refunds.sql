-- Refunds that say again what another one says. A refund may be entered twice under two ids, though goods may be
-- returned twice; a return that stands among the sales may stand among the refunds as well; and as a sale may be in
-- two sources, so may its return.
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
        orders.source as order_source,
        files.source
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

refunds as (

    select
        *,
        row_number() over (
            partition by order_id, line_no, refunded_at, amount, currency order by refund_id
        ) as place
    from claims
    where entity = 'refunds'

),

returns as (

    select
        *,
        row_number() over (
            partition by order_id, source, amount, currency order by refunded_at, entity, refund_id
        ) as place
    from claims
    where entity <> 'refunds'

),

refunds_of_a_day as (

    select
        *,
        row_number() over (
            partition by order_id, refund_date, amount, currency order by line_no, refund_id
        ) as place_on_the_day
    from refunds
    where place = 1

),

returns_of_a_day as (

    select
        order_id,
        refund_date,
        amount,
        currency,
        count(*) as returns
    from returns
    group by order_id, refund_date, amount, currency

)

select
    entity,
    refund_id
from refunds
where place > 1

union all

select
    refunds.entity,
    refunds.refund_id
from refunds_of_a_day as refunds
left join returns_of_a_day as returns
    on
        refunds.order_id = returns.order_id
        and refunds.refund_date = returns.refund_date
        and refunds.amount = returns.amount
        and refunds.currency = returns.currency
where
    refunds.place_on_the_day <= returns.returns
    -- Of one id: the day may be that of the booking, and the order the one that was meant.
    or exists (
        select 1 from returns as same
        where
            same.entity = 'orders'
            and same.refund_id = refunds.refund_id
            and same.amount = refunds.amount
            and same.currency = refunds.currency
    )

union all

select
    others.entity,
    others.refund_id
from returns as others
inner join returns as own
    on
        others.order_id = own.order_id
        and others.amount = own.amount
        and others.currency = own.currency
        and others.place = own.place
where
    own.source = own.order_source
    and others.source <> own.source
    and abs({{ epoch_seconds('others.refunded_at') }} - {{ epoch_seconds('own.refunded_at') }})
    <= 60 * {{ var('same_sale_minutes') }}
