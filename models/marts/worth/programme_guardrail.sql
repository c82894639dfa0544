-- S2-1: refunds and complaints before the first card was given out and since; of all sales, refunded in full or not.
with cards as (

    select * from {{ ref('stg_cards') }} where rule_code is null

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_qualifying

),

refunded as (

    select * from {{ ref('refunded_orders') }} where refunded_amount > 0

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

start as (

    select
        min({{ local_date('cards.issued_at', 'run_context.timezone') }}) as started_on,
        max(run_context.first_order_date) as first_day,
        max(run_context.as_of_date) as last_day
    from cards
    cross join run_context
    where {{ local_date('cards.issued_at', 'run_context.timezone') }} <= run_context.as_of_date

),

periods as (

    select
        'before' as period,
        first_day,
        {{ add_days('started_on', -1) }} as last_day
    from start
    where first_day < started_on
    union all
    select
        'after' as period,
        started_on as first_day,
        last_day
    from start
    where started_on is not null

),

events as (

    select
        orders.order_date as happened_on,
        1 as orders,
        case when refunded.order_id is null then 0 else 1 end as refunded_orders,
        orders.amount,
        coalesce(refunded.refunded_amount, 0) as refunded_amount,
        0 as complaints
    from orders
    left join refunded
        on orders.order_id = refunded.order_id

    union all
    select
        occurred_on as happened_on,
        0 as orders,
        0 as refunded_orders,
        0 as amount,
        0 as refunded_amount,
        1 as complaints
    from contacts
    where kind = 'complaint'

),

counted as (

    select
        periods.period,
        periods.first_day,
        periods.last_day,
        cast(coalesce(sum(events.orders), 0) as bigint) as orders,
        -- Where nothing of the kind is in the data, nothing is known of it.
        case when (select count(*) from refunded) > 0 then cast(coalesce(sum(events.refunded_orders), 0) as bigint) end
            as refunded_orders,
        case when (select count(*) from contacts) > 0 then cast(coalesce(sum(events.complaints), 0) as bigint) end
            as complaints,
        sum(events.amount) as amount,
        sum(events.refunded_amount) as refunded_amount
    from periods
    left join events
        on events.happened_on between periods.first_day and periods.last_day
    group by periods.period, periods.first_day, periods.last_day

)

select
    period,
    first_day,
    last_day,
    orders,
    refunded_orders,
    {{ ratio('refunded_orders', 'orders') }} as refund_rate,
    case when refunded_orders is not null then {{ ratio('refunded_amount', 'amount') }} end as refunded_share,
    complaints,
    {{ ratio('complaints', 'orders') }} as complaint_rate
from counted
