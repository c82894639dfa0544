-- Not stored: it is read once.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select
    customer_id,
    survivor_id
from {{ source('raw', 'previous_customer_map') }}
