-- Orders of the order files with whose they are. Most ids are their own survivor: only those that are not are
-- joined. Not stored: what counts of them is in booked_orders.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('priced_orders') }}

),

merged as (

    select * from {{ ref('identities') }} where customer_id <> person_id

),

guests as (

    select
        guest_orders.order_id,
        identities.customer_id
    from {{ ref('guest_orders') }} as guest_orders
    inner join {{ ref('identities') }} as identities
        on guest_orders.person_id = identities.person_id

)

select
    orders.order_id,
    orders.source,
    coalesce(merged.customer_id, orders.customer_id, guests.customer_id) as customer_id,
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
    orders.rule_code
from orders
left join merged
    on orders.customer_id = merged.person_id
left join guests
    on orders.order_id = guests.order_id
