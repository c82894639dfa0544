-- Exchanges of exchanges belong to the occasion of the first order. Each step doubles how far back is known, so that
-- six of them follow 64 exchanges in a row.
with links as (

    select
        order_id,
        exchange_of as first_order_id
    from {{ ref('exchange_links') }}
    where problem is null

),

orders as (

    select * from {{ ref('booked_orders') }}

),

refunded as (

    select * from {{ ref('refunded_orders') }}

),
{% for step in range(1, 7) %}
{%- set previous = 'links' if loop.first else 'links_' ~ (step - 1) %}
links_{{ step }} as (

    select
        {{ previous }}.order_id,
        coalesce(earlier.first_order_id, {{ previous }}.first_order_id) as first_order_id
    from {{ previous }}
    left join {{ previous }} as earlier
        on {{ previous }}.first_order_id = earlier.order_id

),
{% endfor %}
chains as (

    select
        order_id,
        first_order_id
    from links_6
    union distinct
    select
        first_order_id as order_id,
        first_order_id
    from links_6

),

standing as (

    select
        chains.order_id,
        chains.first_order_id,
        orders.customer_id,
        orders.order_date,
        chains.order_id <> chains.first_order_id as is_exchange,
        refunded.fully_refunded_on
    from chains
    inner join orders
        on chains.order_id = orders.order_id
    left join refunded
        on chains.order_id = refunded.order_id

),

chain_ends as (

    select
        first_order_id,
        case when count(fully_refunded_on) = count(*) then max(fully_refunded_on) end as ends_on
    from standing
    group by first_order_id

)

select
    standing.order_id,
    standing.first_order_id,
    standing.customer_id,
    standing.order_date,
    standing.is_exchange,
    standing.fully_refunded_on,
    case when standing.is_exchange then standing.fully_refunded_on else chain_ends.ends_on end as ends_on
from standing
inner join chain_ends
    on standing.first_order_id = chain_ends.first_order_id
