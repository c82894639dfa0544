-- Money goes to the orders its purpose names, earlier payments and earlier orders first, to no order more than it
-- costs: what an earlier payment has paid for is not asked of a later one.
with named as (

    select * from {{ ref('named_orders') }}

),

payment_groups as (

    select * from {{ ref('payment_groups') }}

),

grouped as (

    select
        named.*,
        coalesce(payment_groups.group_id, named.transaction_id) as group_id
    from named
    left join payment_groups
        on named.transaction_id = payment_groups.transaction_id

),

given as (

    {{ allocated(
        pairs='grouped',
        group_by='group_id',
        left_id='transaction_id',
        right_id='order_id',
        left_amount='payment_amount',
        right_amount='order_amount',
        order_by='booked_at, transaction_id, order_date, order_id'
    ) }}

)

select
    given.transaction_id,
    given.order_id,
    named.matched_by,
    cast(given.amount as decimal(18, 2)) as amount_in_currency
from given
inner join named
    on given.transaction_id = named.transaction_id and given.order_id = named.order_id
