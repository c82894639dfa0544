-- Not stored: it is read once.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select order_id from {{ source('raw', 'previous_full_refunds') }}
