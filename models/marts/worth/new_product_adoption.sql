-- S4-17: do new products become deals with the present customers first? Whoever bought before the launch is one.
with products as (

    select * from {{ ref('products') }} where launched_at is not null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

orders as (

    select * from {{ ref('orders') }}

),

facts as (

    select * from {{ ref('customer_facts') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- Of what was launched before the first sale in the data nobody knows who was a customer then.
launches as (

    select
        products.product_id,
        cast(products.launched_at as date) as launched_on,
        {{ add_days('cast(products.launched_at as date)', var('adoption_days') - 1) }} as last_day,
        run_context.as_of_date
    from products
    cross join run_context
    where
        cast(products.launched_at as date) > run_context.first_order_date
        and cast(products.launched_at as date) <= run_context.as_of_date

),

purchases as (

    select
        lines.product_id,
        orders.customer_id,
        facts.first_order_date < launches.launched_on as is_existing,
        sum(lines.amount) as revenue
    from lines
    inner join launches
        on lines.product_id = launches.product_id
    inner join orders
        on
            lines.order_id = orders.order_id
            and orders.order_date between launches.launched_on and launches.last_day
    left join facts
        on orders.customer_id = facts.customer_id
    group by lines.product_id, orders.customer_id, facts.first_order_date < launches.launched_on

),

adoption as (

    select
        product_id,
        count(*) filter (where is_existing) as existing_buyers,
        count(*) filter (where not is_existing) as new_buyers,
        sum(case when is_existing then revenue else 0 end) as revenue_existing,
        sum(case when not is_existing then revenue else 0 end) as revenue_new,
        sum(case when is_existing is null then revenue else 0 end) as revenue_of_nobody
    from purchases
    group by product_id

)

select
    launches.product_id,
    launches.launched_on,
    launches.last_day <= launches.as_of_date as is_complete,
    coalesce(adoption.existing_buyers, 0) as existing_buyers,
    coalesce(adoption.new_buyers, 0) as new_buyers,
    cast(coalesce(adoption.revenue_existing, 0) as decimal(28, 2)) as revenue_existing,
    cast(coalesce(adoption.revenue_new, 0) as decimal(28, 2)) as revenue_new,
    cast(coalesce(adoption.revenue_of_nobody, 0) as decimal(28, 2)) as revenue_of_nobody,
    {{ ratio('adoption.revenue_existing', 'adoption.revenue_existing + adoption.revenue_new') }} as share_from_existing
from launches
left join adoption
    on launches.product_id = adoption.product_id
