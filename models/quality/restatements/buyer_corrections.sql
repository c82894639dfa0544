-- A customer is counted once a month however many orders there are. So a customer counts as a correction
-- where the month was without an order of theirs before or is now, and of several causes the one first in
-- the alphabet is named.
with corrections as (

    select * from {{ ref('corrections') }} where customer_id is not null and orders <> 0

),

corrections_by_month as (

    select
        customer_id,
        month,
        min(cause) as cause,
        count(distinct order_id) as orders
    from corrections
    group by customer_id, month

),

buyers as (

    select distinct customer_id from corrections

),

-- What was is what is now without the corrections.
purchases as (

    select
        orders.customer_id,
        {{ period_start('month', 'orders.order_date') }} as month,
        count(*) as new_orders,
        count(*) as old_orders
    from {{ ref('orders') }} as orders
    inner join buyers
        on orders.customer_id = buyers.customer_id
    cross join {{ ref('comparison') }} as comparison
    where orders.order_date <= comparison.last_day
    group by 1, 2

    union all

    select
        customer_id,
        month,
        0 as new_orders,
        -sum(orders) as old_orders
    from corrections
    group by customer_id, month

),

buyer_months as (

    select
        customer_id,
        month,
        sum(new_orders) > 0 as is_buyer,
        sum(old_orders) > 0 as was_buyer
    from purchases
    group by customer_id, month

),

buyer_months_with_first as (

    select
        *,
        min(case when is_buyer then month end) over (partition by customer_id) as new_first_month,
        min(case when was_buyer then month end) over (partition by customer_id) as old_first_month
    from buyer_months

),

changes as (

    select
        'customers' as measure,
        customer_id,
        month,
        case when is_buyer then 1 else -1 end as change,
        month as decided_in
    from buyer_months_with_first
    where is_buyer <> was_buyer

    union all

    select
        'new_customers' as measure,
        customer_id,
        month,
        case when month = new_first_month then 1 else -1 end as change,
        least(old_first_month, new_first_month) as decided_in
    from buyer_months_with_first
    where old_first_month is distinct from new_first_month and month in (old_first_month, new_first_month)

)

select
    changes.measure,
    changes.customer_id,
    changes.month,
    changes.change,
    corrections_by_month.cause,
    corrections_by_month.orders
from changes
left join corrections_by_month
    on
        changes.customer_id = corrections_by_month.customer_id
        and changes.decided_in = corrections_by_month.month
