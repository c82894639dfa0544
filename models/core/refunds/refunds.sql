-- A refund counts if its order is loaded and can bear it. An order that cannot bear one keeps the
-- refunds that fit, first come first served; the others go to quarantine whole.
with refunds as (

    select * from {{ ref('refund_claims') }}

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

settings as (

    select * from {{ ref('stg_settings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

repeated as (

    select * from {{ ref('repeated_refunds') }}

),

line_numbers as (

    select distinct
        order_id,
        line_no
    from lines
    where line_no is not null

),

orders_with_lines as (

    select distinct order_id from line_numbers

),

refunds_with_order as (

    select
        refunds.entity,
        refunds.refund_id,
        -- Of refunds, of lines and of orders the ids are of three kinds, and one may be among two of them.
        concat(refunds.entity, ':', refunds.refund_id) as claim_id,
        refunds.order_id,
        refunds.line_no,
        refunds.refunded_at,
        refunds.amount,
        coalesce(currencies.currency, upper(refunds.currency), orders.currency) as currency,
        refunds.file,
        refunds.file_line,
        {{ local_date('refunds.refunded_at', 'settings.timezone') }} as refund_date,
        orders.amount as order_amount,
        orders.amount_in_currency as order_amount_in_currency,
        orders.rate,
        case
            when refunds.refunded_at is null then 'missing_ordered_at'
            when refunds.amount is null then 'amount_too_large'
            when orders.order_id is null and repeated.refund_id is null then 'orphan_refund'
            when {{ local_date('refunds.refunded_at', 'settings.timezone') }} < orders.order_date
                then 'refund_before_order'
            when refunds.currency is not null and currencies.currency is null then 'currency_unknown'
            when currencies.currency <> orders.currency then 'refund_currency_mismatch'
            -- Where nothing is known of an order's lines, nothing speaks against this one.
            when
                refunds.line_no is not null
                and line_numbers.line_no is null
                and orders_with_lines.order_id is not null
                then 'refund_line_unknown'
            when repeated.refund_id is not null then 'duplicate_refund'
        end as rule_code
    from refunds
    cross join settings
    left join orders
        on refunds.order_id = orders.order_id
    left join currencies
        on upper(refunds.currency) = currencies.spelling
    left join line_numbers
        on
            refunds.order_id = line_numbers.order_id
            and refunds.line_no = line_numbers.line_no
    left join orders_with_lines
        on refunds.order_id = orders_with_lines.order_id
    left join repeated
        on
            refunds.entity = repeated.entity
            and refunds.refund_id = repeated.refund_id

),

refunds_that_fit as (

    {{ first_that_fit(
        relation="(select * from refunds_with_order where rule_code is null)",
        group_by='order_id',
        id='claim_id',
        amount='amount',
        order_by='refunded_at, claim_id',
        limit='order_amount_in_currency'
    ) }}

),

judged as (

    select
        refunds_with_order.entity,
        refunds_with_order.refund_id,
        refunds_with_order.claim_id,
        refunds_with_order.order_id,
        refunds_with_order.line_no,
        refunds_with_order.refunded_at,
        refunds_with_order.refund_date,
        refunds_with_order.amount as amount_in_currency,
        refunds_with_order.currency,
        refunds_with_order.rate,
        refunds_with_order.order_amount,
        refunds_with_order.file,
        refunds_with_order.file_line,
        case
            when refunds_with_order.rule_code is not null then refunds_with_order.rule_code
            when refunds_that_fit.claim_id is null then 'refund_exceeds_order'
        end as rule_code
    from refunds_with_order
    left join refunds_that_fit
        on refunds_with_order.claim_id = refunds_that_fit.claim_id

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
