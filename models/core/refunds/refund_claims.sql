-- Everything that says money was given back: the refunds files, and returns with the order they were found to be of.
{{ config(materialized='view') }}

with refunds as (

    select * from {{ ref('stg_refunds') }} where rule_code is null

),

returns as (

    select * from {{ ref('valued_returns') }}

),

kept_sales as (

    select * from {{ ref('kept_sales') }}

)

-- Money given back for the copy of a sale was given back for the sale; the lines of the copy are not its lines.
select
    'refunds' as entity,
    refunds.refund_id,
    coalesce(kept_sales.kept_id, refunds.order_id) as order_id,
    case when kept_sales.kept_id is null then refunds.line_no end as line_no,
    refunds.line_no as line_said,
    refunds.refunded_at,
    refunds.amount,
    refunds.currency,
    refunds.file,
    refunds.file_line
from refunds
left join kept_sales
    on refunds.order_id = kept_sales.copy_id

union all

select
    entity,
    refund_id,
    order_id,
    line_no,
    line_no as line_said,
    returned_at as refunded_at,
    amount,
    currency,
    file,
    file_line
from returns
