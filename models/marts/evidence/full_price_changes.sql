-- S3-6: who pays the full price. Of what a customer has bought at a known list price, the share paid at or
-- above it, over so many orders at least; followed from day to day, so that the past stays what it was.
with listed_orders as (

    select * from {{ ref('listed_orders') }}

),

refunded_orders as (

    select * from {{ ref('refunded_orders') }} where fully_refunded_on is not null

),

purchases as (

    select
        customer_id,
        order_date as changed_on,
        1 as orders,
        amount,
        full_price_amount
    from listed_orders

    union all

    select
        listed_orders.customer_id,
        refunded_orders.fully_refunded_on as changed_on,
        -1 as orders,
        -listed_orders.amount as amount,
        -listed_orders.full_price_amount as full_price_amount
    from listed_orders
    inner join refunded_orders
        on listed_orders.order_id = refunded_orders.order_id

),

running as (

    select
        customer_id,
        changed_on,
        sum(sum(orders)) over by_date as listed_orders,
        sum(sum(amount)) over by_date as listed_revenue,
        sum(sum(full_price_amount)) over by_date as full_price_revenue
    from purchases
    group by customer_id, changed_on
    window by_date as (partition by customer_id order by changed_on)

),

judged as (

    select
        *,
        case
            when listed_orders >= {{ var('premium_min_orders') }} and listed_revenue > 0
                then full_price_revenue >= {{ var('premium_share') }} * listed_revenue
        end as pays_premium
    from running

),

compared as (

    select
        *,
        lag(pays_premium) over (partition by customer_id order by changed_on) as paid_premium
    from judged

)

select
    customer_id,
    changed_on,
    cast(listed_orders as bigint) as listed_orders,
    {{ ratio('full_price_revenue', 'listed_revenue') }} as full_price_share,
    pays_premium,
    paid_premium,
    lead(changed_on) over (partition by customer_id order by changed_on) is null as is_latest
from compared
where pays_premium is distinct from paid_premium
