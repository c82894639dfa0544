-- S2-5. Who came for the price cannot be kept: nearly all they ever bought was at a promo discount, and nothing
-- outside campaigns. One order tells nothing; one order at the full price tells that it is not so.
with offers as (

    select * from {{ ref('order_offers') }}

),

offers_by_customer as (

    select
        customer_id,
        count(*) as orders,
        count(case when not is_in_campaign then 1 end) as full_price_orders,
        count(case when is_in_campaign is null then 1 end) as unknown_orders,
        {{ known_sum('promo_revenue') }} as promo_revenue,
        {{ money_sum('revenue') }} as revenue
    from offers
    group by customer_id

)

select
    customer_id,
    orders,
    full_price_orders,
    unknown_orders,
    promo_revenue,
    {{ ratio('promo_revenue', 'revenue') }} as promo_share,
    case
        when orders = 1 then 'undetermined'
        when full_price_orders > 0 then 'no'
        when unknown_orders > 0 or promo_revenue is null then 'unknown'
        when promo_revenue > 0 and promo_revenue >= {{ var('price_hunter_share') }} * revenue then 'hunter'
        else 'no'
    end as verdict
from offers_by_customer
