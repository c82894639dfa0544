-- Refunds that say again what another one says. A return among the sales may be among the refunds as well; and as a
-- sale may be in two sources, so may its return. Who gives an order the same sum on a day gives it once, in however
-- many parts: the one in most parts counts. Goods can be returned twice: of others who say that an order gave so much
-- back on a day, the one who says it most often says how often. What is refused for another reason says nothing.
with known_repeated as (

    select
        entity,
        refund_id
    from {{ ref('refunds_entered_twice') }}

    union

    select
        entity,
        refund_id
    from {{ ref('returns_said_twice') }}

),

claims as (

    select
        claims.entity,
        claims.refund_id,
        claims.order_id,
        claims.refund_date,
        claims.amount,
        coalesce(claims.currency, '') as currency,
        claims.source,
        claims.is_of_order_source
    from {{ ref('refunds_of_orders') }} as claims
    left join known_repeated
        on
            claims.entity = known_repeated.entity
            and claims.refund_id = known_repeated.refund_id
    where claims.rule_code is null and known_repeated.refund_id is null

),

counted as (

    select
        *,
        count(*) over (partition by order_id, refund_date, currency, entity, source) as parts,
        sum(amount) over (partition by order_id, refund_date, currency, entity, source) as given_on_day,
        count(*) over (partition by order_id, refund_date, currency, entity, source, amount) as times
    from claims

),

ranked_by_sum as (

    select
        *,
        dense_rank() over (
            partition by order_id, refund_date, currency, given_on_day
            order by parts desc, is_of_order_source desc nulls last, entity asc, source asc
        ) as place_by_sum
    from counted

),

ranked_by_times as (

    select
        entity,
        refund_id,
        dense_rank() over (
            partition by order_id, refund_date, amount, currency
            order by times desc, is_of_order_source desc nulls last, entity asc, source asc
        ) as place_by_times
    from counted

)

select
    entity,
    refund_id
from known_repeated

union

select
    entity,
    refund_id
from ranked_by_sum
where place_by_sum > 1

union

select
    entity,
    refund_id
from ranked_by_times
where place_by_times > 1
