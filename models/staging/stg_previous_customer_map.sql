-- Not stored: it is read once.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select
    customer_id,
    survivor_id
from {{ landed('previous_customer_map') }}
