-- What was published and what is now are joined once, if there is a comparison; then only differing orders count.
with comparison as (

    select * from {{ ref('comparison') }}

),

published as (

    select * from {{ ref('stg_previous_orders') }}

),

orders as (

    select orders.*
    from {{ ref('orders') }} as orders
    cross join comparison

),

full_refunds_now_or_then as (

    select order_id from {{ ref('refunded_orders') }} where fully_refunded_on is not null
    union
    select order_id from {{ ref('stg_previous_full_refunds') }}

),

-- Looking back, what was refunded between the two as-of dates is not known yet: that is no change.
refunded_in_between as (

    select distinct refunds.order_id
    from {{ ref('refunds') }} as refunds
    cross join comparison
    where
        refunds.rule_code is null
        and refunds.refund_date > comparison.as_of_date
        and refunds.refund_date <= comparison.published_as_of

),

pairs as (

    select
        coalesce(orders.order_id, published.order_id) as order_id,
        coalesce(
            published.customer_id = orders.customer_id, published.customer_id is null and orders.customer_id is null
        ) as has_same_customer,
        coalesce(published.cost = orders.cost, published.cost is null and orders.cost is null) as has_same_cost,
        case
            when published.order_date <= comparison.last_day then {{ period_start('month', 'published.order_date') }}
        end as old_month,
        case
            when orders.order_date <= comparison.last_day then {{ period_start('month', 'orders.order_date') }}
        end as new_month,
        published.customer_id as old_customer_id,
        orders.customer_id as new_customer_id,
        -- NULL: there is no such order.
        published.revenue as old_revenue,
        orders.revenue as new_revenue,
        published.cost as old_cost,
        orders.cost as new_cost,
        published.refunded_amount as old_refunded_amount,
        orders.refunded_amount as new_refunded_amount
    from published
    full outer join orders
        on published.order_id = orders.order_id
    cross join comparison

),

differing as (

    select *
    from pairs
    where
        coalesce(old_month, new_month) is not null
        and (
            old_month is distinct from new_month
            or not has_same_customer
            or not has_same_cost
            or old_revenue is distinct from new_revenue
            or old_refunded_amount is distinct from new_refunded_amount
        )

)

select
    differing.order_id,
    case
        when full_refunds.order_id is not null and (differing.old_revenue is null or differing.new_revenue is null)
            then 'full_refund'
        when differing.old_revenue is null then 'late_order'
        when differing.new_revenue is null then 'withdrawn_order'
        when coalesce(differing.old_month <> differing.new_month, true) then 'moved_order'
        when not differing.has_same_customer then 'customer_changed'
        when
            differing.has_same_cost
            and differing.old_revenue + differing.old_refunded_amount
            = differing.new_revenue + differing.new_refunded_amount
            then 'refund'
        else 'changed_order'
    end as cause,
    differing.old_month,
    differing.new_month,
    differing.old_customer_id,
    differing.new_customer_id,
    differing.old_revenue,
    differing.new_revenue,
    differing.old_cost,
    differing.new_cost,
    differing.old_refunded_amount,
    differing.new_refunded_amount
from differing
left join full_refunds_now_or_then as full_refunds
    on differing.order_id = full_refunds.order_id
left join refunded_in_between
    on differing.order_id = refunded_in_between.order_id
where refunded_in_between.order_id is null
