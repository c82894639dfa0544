-- As in book-keeping: what was booked is taken back, what is now is booked anew, each in its month. An
-- order that stays with its month and customer is corrected in place, first its amount and cost, then its
-- refunds; one that goes to another customer within its month is corrected in place, then handed over.
with changed as (

    select
        *,
        old_revenue + old_refunded_amount as old_amount,
        new_revenue + new_refunded_amount as new_amount,
        coalesce(old_month = new_month, false) as stays_in_month,
        cause not in ('changed_order', 'refund') as is_rebooked
    from {{ ref('changed_orders') }}

),

in_place as (

    select
        order_id,
        new_month as month,
        'changed_order' as cause,
        old_customer_id as customer_id,
        0 as orders,
        new_amount - old_amount as revenue,
        0 as refunded_amount,
        coalesce(new_amount - old_refunded_amount - new_cost, 0) - coalesce(old_revenue - old_cost, 0) as margin,
        cast(new_cost is null as integer) - cast(old_cost is null as integer) as unknown_margins
    from changed
    where stays_in_month and (old_amount <> new_amount or old_cost is distinct from new_cost)

    union all

    select
        order_id,
        new_month as month,
        'refund' as cause,
        old_customer_id as customer_id,
        0 as orders,
        old_refunded_amount - new_refunded_amount as revenue,
        new_refunded_amount - old_refunded_amount as refunded_amount,
        case when new_cost is null then 0 else old_refunded_amount - new_refunded_amount end as margin,
        0 as unknown_margins
    from changed
    where stays_in_month and old_refunded_amount <> new_refunded_amount

),

rebooked as (

    select
        order_id,
        old_month as month,
        cause,
        old_customer_id as customer_id,
        -1 as orders,
        case when stays_in_month then new_revenue else old_revenue end as revenue,
        case when stays_in_month then new_refunded_amount else old_refunded_amount end as refunded_amount,
        case when stays_in_month then new_cost else old_cost end as cost
    from changed
    where is_rebooked and old_month is not null

    union all

    select
        order_id,
        new_month as month,
        cause,
        new_customer_id as customer_id,
        1 as orders,
        new_revenue as revenue,
        new_refunded_amount as refunded_amount,
        new_cost as cost
    from changed
    where is_rebooked and new_month is not null

),

together as (

    select * from in_place
    union all
    select
        order_id,
        month,
        cause,
        customer_id,
        orders,
        orders * revenue as revenue,
        orders * refunded_amount as refunded_amount,
        orders * coalesce(revenue - cost, 0) as margin,
        case when cost is null then orders else 0 end as unknown_margins
    from rebooked

)

select
    order_id,
    month,
    cause,
    customer_id,
    orders,
    cast(revenue as decimal(18, 2)) as revenue,
    cast(refunded_amount as decimal(18, 2)) as refunded_amount,
    cast(margin as decimal(18, 2)) as margin,
    unknown_margins
from together
