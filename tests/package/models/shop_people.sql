{{ config(materialized='view', alias='People & Co') }}

select
    customer_id as "CUSTOMER_ID",
    created_at,
    name as "Name"
from {{ source('shop', 'customers') }}
