-- All money given back, from wherever it is known: refunds, returns, and what the bank has paid back.
{{ config(materialized='view') }}

select
    order_id,
    refund_date,
    amount
from {{ ref('refunds') }}
where rule_code is null

union all

select
    order_id,
    refund_date,
    amount
from {{ ref('bank_refunds') }}
