-- A refund counts if its order is loaded and can bear it. An order that cannot bear one keeps the
-- refunds that fit, first come first served; the others go to quarantine whole.
with repeated as (

    select * from {{ ref('repeated_refunds') }}

),

claims as (

    select
        claims.*,
        -- Of refunds, of lines and of orders the ids are of three kinds, and one may be among two of them.
        concat(claims.entity, ':', claims.refund_id) as claim_id,
        case
            when repeated.refund_id is not null and coalesce(claims.rule_code, 'orphan_refund') = 'orphan_refund'
                then 'duplicate_refund'
            else claims.rule_code
        end as own_rule_code
    from {{ ref('refunds_of_orders') }} as claims
    left join repeated
        on
            claims.entity = repeated.entity
            and claims.refund_id = repeated.refund_id

),

claims_that_fit as (

    {{ first_that_fit(
        relation="(select * from claims where own_rule_code is null)",
        group_by='order_id',
        id='claim_id',
        amount='amount',
        order_by='refunded_at, claim_id',
        limit='order_amount_in_currency'
    ) }}

),

judged as (

    select
        claims.entity,
        claims.refund_id,
        claims.claim_id,
        claims.order_id,
        claims.line_no,
        claims.refunded_at,
        claims.refund_date,
        claims.amount as amount_in_currency,
        claims.currency,
        claims.rate,
        claims.file,
        claims.file_line,
        case
            when claims.own_rule_code is not null then claims.own_rule_code
            when claims_that_fit.claim_id is null then 'refund_exceeds_order'
        end as rule_code
    from claims
    left join claims_that_fit
        on claims.claim_id = claims_that_fit.claim_id

),

-- Running totals are converted, not single refunds, so that the parts of an order add up to the cent.
running as (

    select
        *,
        sum(amount_in_currency) over (
            partition by order_id, rule_code order by refunded_at, claim_id
            rows between unbounded preceding and current row
        ) as refunded_so_far
    from judged

)

select
    entity,
    refund_id,
    order_id,
    line_no,
    refunded_at,
    refund_date,
    currency,
    amount_in_currency,
    case
        when rule_code is null
            then
                cast(
                    {{ cents('refunded_so_far * rate') }}
                    - {{ cents('(refunded_so_far - amount_in_currency) * rate') }} as decimal(18, 2)
                )
    end as amount,
    file,
    file_line,
    rule_code
from running
