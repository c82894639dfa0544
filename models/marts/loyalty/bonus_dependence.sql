-- S1-7. A bonus that always comes is no longer a surprise but owed: does nearly every one of the last orders carry one,
-- and does it take more each time? The slope is that of the straight line through the bonuses (least squares).
with offers as (

    select
        *,
        -row_number() over (partition by customer_id order by order_number desc) as place
    from {{ ref('order_offers') }}

),

last_offers as (

    select
        customer_id,
        count(*) as orders,
        count(has_bonus) as known_orders,
        count(case when has_bonus then 1 end) as bonus_orders,
        cast(sum(place) as decimal(9, 0)) as places,
        cast(sum(place * place) as decimal(9, 0)) as squared_places,
        count(bonus_value) as known_bonus_values,
        cast(sum(bonus_value) as decimal(20, 2)) as sum_of_bonus_value,
        cast(sum(place * bonus_value) as decimal(24, 2)) as products_of_bonus_value,
        count(bonus_rate) as known_bonus_rates,
        cast(sum(bonus_rate) as decimal(20, 4)) as sum_of_bonus_rate,
        cast(sum(place * bonus_rate) as decimal(24, 4)) as products_of_bonus_rate
    from offers
    where place >= -{{ var('bonus_orders') }}
    group by customer_id

),

measured as (

    select
        *,
        case
            when orders = known_bonus_values
                then {{ slope('orders', 'places', 'sum_of_bonus_value', 'squared_places', 'products_of_bonus_value') }}
        end as bonus_slope,
        case
            when orders = known_bonus_rates
                then {{ slope('orders', 'places', 'sum_of_bonus_rate', 'squared_places', 'products_of_bonus_rate') }}
        end as bonus_rate_slope
    from last_offers

)

select
    customer_id,
    known_orders,
    bonus_orders,
    {{ ratio('bonus_orders', 'known_orders') }} as bonus_share,
    -- Fewer orders are no habit yet.
    case
        when known_orders = {{ var('bonus_orders') }}
            then bonus_orders >= {{ var('bonus_habit_share') }} * known_orders
    end as is_bonus_dependent,
    bonus_slope,
    bonus_rate_slope,
    case when known_orders = {{ var('bonus_orders') }} then bonus_slope > 0 end as is_escalating
from measured
