-- S2-1: the programme must not be paid for by quality. Refunds and complaints before the first card was given out,
-- and since. Orders are all sales, those refunded in full too.
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

-- Where nothing of the kind is in the data, nothing is known of it.
known as (

    select
        (select count(*) from refunded) > 0 as refunds,
        (select count(*) from contacts) > 0 as contacts

),

orders_by_period as (

    select
        periods.period,
        count(*) as orders,
        count(refunded.order_id) as refunded_orders,
        {{ money_total('orders.amount') }} as sold_amount,
        {{ money_total('refunded.refunded_amount') }} as refunded_amount
    from periods
    inner join orders
        on orders.order_date between periods.first_day and periods.last_day
    left join refunded
        on orders.order_id = refunded.order_id
    group by periods.period

),

complaints_by_period as (

    select
        periods.period,
        count(*) as complaints
    from periods
    inner join contacts
        on contacts.occurred_on between periods.first_day and periods.last_day
    where contacts.kind = 'complaint'
    group by periods.period

)

select
    periods.period,
    periods.first_day,
    periods.last_day,
    coalesce(orders_by_period.orders, 0) as orders,
    case when known.refunds then coalesce(orders_by_period.refunded_orders, 0) end as refunded_orders,
    case when known.refunds then {{ ratio('orders_by_period.refunded_orders', 'orders_by_period.orders') }} end
        as refund_rate,
    case
        when known.refunds
            then {{ ratio('coalesce(orders_by_period.refunded_amount, 0)', 'orders_by_period.sold_amount') }}
    end as refunded_share,
    case when known.contacts then coalesce(complaints_by_period.complaints, 0) end as complaints,
    case
        when known.contacts
            then {{ ratio('coalesce(complaints_by_period.complaints, 0)', 'orders_by_period.orders') }}
    end as complaint_rate
from periods
cross join known
left join orders_by_period
    on periods.period = orders_by_period.period
left join complaints_by_period
    on periods.period = complaints_by_period.period
