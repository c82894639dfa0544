-- Sales of one value in two sources on one day or within same_sale_minutes, of one customer or of one that only
-- one of the two knows.
with sales as (

    select * from {{ ref('sales_to_compare') }}

),

timed as (

    select
        sales.order_id,
        sales.source,
        sales.customer_id,
        sales.ordered_at,
        sales.order_date,
        sales.currency,
        sales.amount,
        sales.has_cost,
        sales.is_date_only,
        {{ epoch_seconds('sales.ordered_at') }} as ordered_second,
        cast(floor({{ epoch_seconds('sales.ordered_at') }} / (60 * {{ var('same_sale_minutes') }})) as bigint) as slot
    from sales

),

steps as (

    select -1 as step
    union all
    select 0 as step
    union all
    select 1 as step

),

-- Near is in the same slot of time or in a neighbouring one: an equality, and so cheap to join.
slots as (

    select
        timed.*,
        timed.slot + steps.step as other_slot
    from timed
    cross join steps

),

near as (

    select
        slots.order_id,
        others.order_id as other_id
    from slots
    inner join timed as others
        on
            slots.currency = others.currency
            and slots.amount = others.amount
            and slots.other_slot = others.slot
            and slots.source < others.source
    where
        abs(slots.ordered_second - others.ordered_second) <= 60 * {{ var('same_sale_minutes') }}
        and not slots.is_date_only
        and not others.is_date_only
        and coalesce(slots.customer_id = others.customer_id, true)

),

of_one_day as (

    select
        sales.order_id,
        others.order_id as other_id
    from timed as sales
    inner join timed as others
        on
            sales.currency = others.currency
            and sales.amount = others.amount
            and sales.customer_id = others.customer_id
            and sales.order_date = others.order_date
            and sales.source < others.source

),

pairs as (

    select
        near.order_id,
        near.other_id,
        true as is_near
    from near

    union all

    select
        of_one_day.order_id,
        of_one_day.other_id,
        false as is_near
    from of_one_day
    where not exists (
        select 1 from near
        where near.order_id = of_one_day.order_id and near.other_id = of_one_day.other_id
    )

)

select
    pairs.order_id,
    pairs.other_id,
    sales.source,
    others.source as other_source,
    coalesce(sales.customer_id, others.customer_id) as customer_id,
    sales.ordered_at,
    others.ordered_at as other_ordered_at,
    sales.amount,
    sales.has_cost,
    others.has_cost as other_has_cost,
    abs(sales.ordered_second - others.ordered_second) as seconds_apart,
    pairs.is_near,
    coalesce(sales.customer_id = others.customer_id, false) as is_of_one_customer
from pairs
inner join timed as sales
    on pairs.order_id = sales.order_id
inner join timed as others
    on pairs.other_id = others.order_id
