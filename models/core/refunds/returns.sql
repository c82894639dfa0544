-- Returns that a source writes among its sales: lines below zero (goods at a price), and orders below zero
-- (a whole order, whose only good is its amount).
with lines as (

    select * from {{ ref('return_lines') }}

),

orders as (

    select * from {{ ref('stg_orders') }} where rule_code is null and amount < 0

),

statuses as (

    select * from {{ ref('order_statuses') }}

),

merged as (

    select * from {{ ref('identities') }} where customer_id <> person_id

),

guest_returns as (

    select * from {{ ref('guest_returns') }}

),

returns as (

    select
        'order_lines' as entity,
        refund_id,
        order_id as return_id,
        customer_id,
        product_id,
        cast(unit_price as decimal(28, 6)) as price,
        cast(units as decimal(28, 6)) as units,
        {{ line_amount('units', 'unit_price') }} as amount,
        returned_at,
        status,
        currency,
        file,
        file_line
    from lines

    union all

    select
        'orders' as entity,
        order_id as refund_id,
        order_id as return_id,
        customer_id,
        '' as product_id,
        cast(-amount as decimal(28, 6)) as price,
        cast(-amount as decimal(28, 6)) as units,
        cast(-amount as decimal(18, 2)) as amount,
        ordered_at as returned_at,
        status,
        currency,
        file,
        file_line
    from orders

)

select
    returns.entity,
    returns.refund_id,
    returns.return_id,
    coalesce(merged.customer_id, returns.customer_id, guest_returns.customer_id) as customer_id,
    returns.product_id,
    returns.price,
    returns.units,
    returns.amount,
    returns.returned_at,
    returns.currency,
    returns.file,
    returns.file_line
from returns
left join statuses
    on returns.status = statuses.status
left join merged
    on returns.customer_id = merged.person_id
left join guest_returns
    on
        returns.entity = 'orders'
        and returns.return_id = guest_returns.order_id
-- Nothing was given back for what is only a trial, or has yet to happen.
where coalesce(statuses.is_genuine and statuses.status <> 'pending', true)
