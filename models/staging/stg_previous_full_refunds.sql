-- Not stored: it is read once.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select order_id from {{ landed('previous_full_refunds') }}
