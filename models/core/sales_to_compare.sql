-- The sales among which one may come twice: none where all orders come from one source.
with orders as (

    select * from {{ ref('owned_orders') }} where rule_code is null and is_qualifying

),

files as (

    select * from {{ ref('stg_files') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

-- Lines make orders only where there is no orders file.
files_of_orders as (

    select source
    from files
    where
        entity = 'orders'
        or (entity = 'order_lines' and not exists (select 1 from files as others where others.entity = 'orders'))

),

sources_to_compare as (

    select distinct source
    from files_of_orders
    where (select count(distinct files_of_orders.source) from files_of_orders) > 1

)

select
    orders.order_id,
    orders.source,
    orders.customer_id,
    orders.ordered_at,
    orders.order_date,
    {{ local_to_utc('cast(orders.order_date as timestamp)', 'settings.timezone') }} = orders.ordered_at as is_date_only,
    coalesce(orders.currency, '') as currency,
    orders.amount_in_currency as amount,
    orders.cost is not null as has_cost
from orders
inner join sources_to_compare
    on orders.source = sources_to_compare.source
cross join settings
