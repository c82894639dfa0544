-- Everything that says money was given back: the refunds files, and returns with the order they were found to be of.
{{ config(materialized='view') }}

with refunds as (

    select * from {{ ref('stg_refunds') }} where rule_code is null

),

returns as (

    select * from {{ ref('returns') }}

),

returned_orders as (

    select * from {{ ref('returned_orders') }}

)

select
    'refunds' as entity,
    refund_id,
    order_id,
    line_no,
    refunded_at,
    amount,
    currency,
    file,
    file_line
from refunds

union all

select
    returns.entity,
    returns.refund_id,
    returned_orders.order_id,
    returned_orders.line_no,
    returns.returned_at as refunded_at,
    returns.amount,
    returns.currency,
    returns.file,
    returns.file_line
from returns
left join returned_orders
    on returns.refund_id = returned_orders.refund_id
