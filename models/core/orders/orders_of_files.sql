-- The orders of the order files, of which one counts where a sale stands in several sources. Whose it is any of them
-- may know: a till often does not. Not stored, as owned_orders.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('owned_orders') }}

),

copies as (

    select * from {{ ref('kept_sales') }}

),

customers_of_copies as (

    select
        copies.kept_id,
        min(orders.customer_id) as customer_id
    from copies
    inner join orders
        on copies.copy_id = orders.order_id
    group by copies.kept_id

)

select
    orders.order_id,
    orders.source,
    coalesce(orders.customer_id, customers_of_copies.customer_id) as customer_id,
    orders.ordered_at,
    orders.order_date,
    orders.status,
    orders.is_qualifying,
    orders.is_genuine,
    orders.currency,
    orders.rate,
    orders.amount_in_currency,
    orders.amount,
    orders.cost,
    orders.channel,
    orders.store_id,
    orders.manager_id,
    orders.file,
    orders.file_line,
    orders.is_derived,
    coalesce(orders.rule_code, case when copies.copy_id is not null then 'same_sale' end) as rule_code
from orders
left join copies
    on orders.order_id = copies.copy_id
left join customers_of_copies
    on orders.order_id = customers_of_copies.kept_id
