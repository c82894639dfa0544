-- The machine of dated changes, held to the plain reading of K12 at the as-of date: occasions are the days of the
-- orders (or the orders), and an exchange is of the day of the order it was first given for.
with customers_who_exchange as (

    select distinct customer_id from {{ ref('exchanged_orders') }}

),

exchangers as (

    select
        orders.customer_id,
        count(distinct coalesce(first_orders.order_date, orders.order_date)) as purchase_days,
        count(distinct coalesce(first_orders.order_id, orders.order_id)) as orders
    from {{ ref('orders') }} as orders
    inner join customers_who_exchange
        on orders.customer_id = customers_who_exchange.customer_id
    left join {{ ref('exchanged_orders') }} as exchanged
        on orders.order_id = exchanged.order_id
    left join {{ ref('booked_orders') }} as first_orders
        on exchanged.first_order_id = first_orders.order_id
    group by orders.customer_id

),

facts as (

    select
        facts.customer_id,
        facts.is_active,
        coalesce(exchangers.purchase_days, facts.purchase_days) as purchase_days,
        coalesce(exchangers.orders, facts.orders) as orders
    from {{ ref('customer_facts') }} as facts
    left join exchangers
        on facts.customer_id = exchangers.customer_id

)

select
    stages.customer_id,
    stages.rung,
    facts.purchase_days,
    facts.is_active
from {{ ref('ladder_stages') }} as stages
inner join facts
    on stages.customer_id = facts.customer_id
where
    stages.ladder = 'skirt'
    and stages.rung_no <= 3
    and stages.rung <> case
        when {{ is_regular('facts.purchase_days', 'facts.orders', 'facts.is_active') }} then 'regular'
        when {{ 'facts.orders' if var('occasion_unit') == 'order' else 'facts.purchase_days' }} >= 2 then 'client'
        else 'buyer'
    end
