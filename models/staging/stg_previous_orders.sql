-- Not stored: it is read once.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select
    order_id,
    customer_id,
    order_date,
    revenue,
    cost,
    refunded_amount
from {{ landed('previous_orders') }}
