-- Payments that name one order, as a star around the first of them, each link in both directions.
with named as (

    select
        transaction_id,
        min(transaction_id) over (partition by order_id) as first_transaction_id
    from {{ ref('named_orders') }}

)

select
    transaction_id as from_id,
    first_transaction_id as to_id
from named
where transaction_id <> first_transaction_id
union
select
    first_transaction_id as from_id,
    transaction_id as to_id
from named
where transaction_id <> first_transaction_id
