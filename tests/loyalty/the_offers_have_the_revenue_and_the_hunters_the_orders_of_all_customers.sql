with totals as (

    select
        (select coalesce(sum(revenue), 0) from {{ ref('customer_facts') }}) as revenue_of_facts,
        (select coalesce(sum(revenue), 0) from {{ ref('order_offers') }}) as revenue_of_offers,
        (select coalesce(sum(orders), 0) from {{ ref('customer_facts') }}) as orders_of_facts,
        (select coalesce(sum(orders), 0) from {{ ref('price_hunters') }}) as orders_of_hunters

)

select *
from totals
where revenue_of_facts <> revenue_of_offers or orders_of_facts <> orders_of_hunters
