-- What the header of an order says beside its money; only the order files say it.
{{ config(materialized='view') }}

with headers as (

    select * from {{ ref('stg_orders') }} where rule_code is null

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_genuine and not is_derived

)

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    headers.campaign_id,
    {{ converted('headers.discount_amount', 'orders.rate') }} as discount_amount
from orders
inner join headers
    on orders.order_id = headers.order_id
