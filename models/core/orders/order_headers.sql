-- Headers come from the orders files; where a source has none, from the order lines. What is below zero is a
-- return, and no order.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('stg_orders') }} where rule_code is null and amount >= 0

),

from_lines as (

    select * from {{ ref('orders_from_lines') }}

),

files_of_orders as (

    select * from {{ ref('stg_files') }} where entity = 'orders'

),

files_of_lines as (

    select * from {{ ref('stg_files') }} where entity = 'order_lines'

)

select
    orders.order_id,
    files_of_orders.source,
    orders.customer_id,
    orders.ordered_at,
    orders.status,
    upper(orders.currency) as currency,
    orders.amount,
    coalesce(orders.cost, from_lines.cost) as cost,
    orders.channel,
    orders.store_id,
    orders.manager_id,
    orders.file,
    orders.file_line,
    false as is_derived,
    cast(null as {{ dbt.type_string() }}) as rule_code
from orders
left join from_lines
    on orders.order_id = from_lines.order_id
left join files_of_orders
    on orders.file = files_of_orders.file

union all

select
    from_lines.order_id,
    files_of_lines.source,
    from_lines.customer_id,
    from_lines.ordered_at,
    from_lines.status,
    from_lines.currency,
    from_lines.amount,
    from_lines.cost,
    null as channel,
    null as store_id,
    null as manager_id,
    from_lines.file,
    from_lines.file_line,
    true as is_derived,
    from_lines.rule_code
from from_lines
left join files_of_lines
    on from_lines.file = files_of_lines.file
where not exists (select 1 from files_of_orders)
