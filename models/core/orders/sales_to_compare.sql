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
sources as (

    select
        entity,
        count(distinct source) as sources
    from files
    where entity in ('orders', 'order_lines')
    group by entity

),

sources_to_compare as (

    select distinct files.source
    from files
    inner join sources
        on files.entity = sources.entity
    where
        sources.sources > 1
        and (
            files.entity = 'orders'
            or not exists (select 1 from sources as others where others.entity = 'orders')
        )

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
