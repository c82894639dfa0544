-- What by itself speaks for or against a refund: the order it is of, its local day, its currency, its line.
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

files as (

    select * from {{ ref('stg_files') }}

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

)

select
    refunds.entity,
    refunds.refund_id,
    refunds.order_id,
    refunds.line_no,
    refunds.line_said,
    refunds.refunded_at,
    {{ local_date('refunds.refunded_at', 'settings.timezone') }} as refund_date,
    refunds.amount,
    coalesce(currencies.currency, upper(refunds.currency), orders.currency) as currency,
    orders.amount_in_currency as order_amount_in_currency,
    orders.rate,
    files.source,
    files.source = orders.source as is_of_order_source,
    refunds.file,
    refunds.file_line,
    case
        when refunds.refunded_at is null then 'missing_ordered_at'
        when refunds.amount is null then 'amount_too_large'
        when orders.order_id is null then 'orphan_refund'
        when {{ local_date('refunds.refunded_at', 'settings.timezone') }} < orders.order_date then 'refund_before_order'
        when refunds.currency is not null and currencies.currency is null then 'currency_unknown'
        when currencies.currency <> orders.currency then 'refund_currency_mismatch'
        -- Where nothing is known of an order's lines, nothing speaks against this one.
        when
            refunds.line_no is not null
            and line_numbers.line_no is null
            and orders_with_lines.order_id is not null
            then 'refund_line_unknown'
    end as rule_code
from refunds
cross join settings
left join orders
    on refunds.order_id = orders.order_id
left join files
    on
        refunds.entity = files.entity
        and refunds.file = files.file
left join currencies
    on upper(refunds.currency) = currencies.spelling
left join line_numbers
    on
        refunds.order_id = line_numbers.order_id
        and refunds.line_no = line_numbers.line_no
left join orders_with_lines
    on refunds.order_id = orders_with_lines.order_id
