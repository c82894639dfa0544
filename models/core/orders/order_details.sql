-- What the header of an order says beside its money; only the order files say it.
{{ config(materialized='view') }}

with headers as (

    select * from {{ ref('stg_orders') }} where rule_code is null

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null and is_genuine and not is_derived

),

run_context as (

    select * from {{ ref('run_context') }}

)

select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    headers.campaign_id,
    {{ converted('headers.discount_amount', 'orders.rate') }} as discount_amount,
    {{ local_date('headers.promised_at', 'run_context.timezone') }} as promised_on,
    {{ local_date('headers.delivered_at', 'run_context.timezone') }} as delivered_on
from orders
inner join headers
    on orders.order_id = headers.order_id
cross join run_context
