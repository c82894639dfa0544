-- Movements of points that cannot be right: more taken than there was, taken of what had expired, left for an order
-- of which nothing is left. Points are good on the whole of their last local day, and those taken are the ones that
-- expire first; what is gone is what has expired by then or what was taken before, whichever is more.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with points as (

    select * from {{ ref('stg_points') }} where rule_code is null

),

refunded as (

    select * from {{ ref('refunded_orders') }} where fully_refunded_on is not null

),

settings as (

    select * from {{ ref('stg_settings') }}

),

-- Of one moment, what is added comes before what is taken.
movements as (

    select
        points.card_no,
        points.delta,
        points.file,
        points.file_line,
        points.occurred_at,
        {{ local_date('points.occurred_at', 'settings.timezone') }} as moved_on,
        {{ local_date('points.expires_at', 'settings.timezone') }} as good_until,
        coalesce(lower(points.reason) in ('expired', 'reversed'), false) as is_bookkeeping,
        refunded.order_id is not null
        and sum(points.delta) over (partition by points.card_no, points.order_id) > 0 as is_of_refunded_order
    from points
    cross join settings
    left join refunded
        on points.order_id = refunded.order_id

),

-- What expires does so before anything else of the next day happens.
moves_and_expiries as (

    select
        card_no,
        moved_on as happens_on,
        occurred_at,
        delta,
        cast(0 as decimal(18, 6)) as expired,
        is_bookkeeping,
        is_of_refunded_order,
        file,
        file_line
    from movements

    union all

    select
        card_no,
        {{ add_days('good_until', 1) }} as happens_on,
        cast(null as timestamp) as occurred_at,
        cast(0 as decimal(18, 6)) as delta,
        delta as expired,
        true as is_bookkeeping,
        false as is_of_refunded_order,
        file,
        file_line
    from movements
    where delta > 0 and good_until is not null

),

balances as (

    select
        *,
        sum(delta) over so_far as balance,
        sum(greatest(delta, 0)) over so_far as added,
        sum(greatest(-delta, 0)) over so_far as taken,
        sum(expired) over so_far as expired_by_then
    from moves_and_expiries
    window so_far as (
        partition by card_no
        order by happens_on, occurred_at nulls first, -delta, file, file_line
        rows between unbounded preceding and current row
    )

)

{% for rule_code, condition in [
    ('points_below_zero', 'delta < 0 and balance < 0'),
    (
        'points_taken_after_expiry',
        'delta < 0 and balance >= 0 and not is_bookkeeping and added < greatest(expired_by_then, taken + delta) - delta'
    ),
    ('points_of_refunded_order', 'delta > 0 and is_of_refunded_order')
] -%}
select
    'points' as entity,
    file,
    file_line,
    card_no as row_key,
    '{{ rule_code }}' as rule_code
from balances
where {{ condition }}
{{ 'union all' if not loop.last }}
{% endfor %}
