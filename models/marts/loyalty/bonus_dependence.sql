-- S1-7. A bonus that always comes is no longer a surprise but owed: does nearly every one of the last orders carry one,
-- and does it take more each time (the slope of a straight line through the bonuses)?
with offers as (

    select
        *,
        row_number() over (partition by customer_id order by order_number desc) as orders_back
    from {{ ref('order_offers') }}

),

last_offers as (

    select
        customer_id,
        count(*) as orders,
        count(has_bonus) as known_orders,
        count(case when has_bonus then 1 end) as bonus_orders,
        count(bonus_value) as valued_orders,
        cast(sum(bonus_value) as decimal(20, 2)) as sum_of_values,
        cast(sum(-orders_back) as decimal(9, 0)) as sum_of_places,
        cast(sum(orders_back * orders_back) as decimal(9, 0)) as sum_of_squared_places,
        cast(sum(-orders_back * bonus_value) as decimal(28, 2)) as sum_of_products
    from offers
    where orders_back <= {{ var('bonus_orders') }}
    group by customer_id

),

measured as (

    select
        *,
        {{ ratio('bonus_orders', 'known_orders') }} as bonus_share,
        case
            when orders = valued_orders
                then {{ ratio(
                    'cast(orders as decimal(9, 0)) * sum_of_products - sum_of_places * sum_of_values',
                    'orders * sum_of_squared_places - sum_of_places * sum_of_places'
                ) }}
        end as bonus_slope
    from last_offers

)

select
    customer_id,
    known_orders,
    bonus_orders,
    bonus_share,
    case
        when known_orders = {{ var('bonus_orders') }}
            then bonus_orders >= {{ var('bonus_habit_share') }} * known_orders
    end as is_bonus_dependent,
    bonus_slope,
    bonus_slope > 0 as is_escalating
from measured
