-- What came with each order of a customer: a promo (S2-5), a bonus of any kind (S1-7). A discount on a whole order may
-- be in none of its lines, so the larger of the two counts. Nothing said is not nothing given: NULL.
with orders as (

    select * from {{ ref('orders') }} where customer_id is not null

),

details as (

    select * from {{ ref('order_details') }}

),

lines as (

    select
        *,
        case
            when discount_amount is not null then discount_amount
            when list_amount is not null then greatest(list_amount - amount, 0)
            when discount_kind = 'none' then 0
        end as given
    from {{ ref('order_lines') }}
    where rule_code is null

),

tokens as (

    select redeemed_order_id as order_id from {{ ref('stg_coupons') }} where rule_code is null
    union
    select order_id from {{ ref('stg_points') }} where rule_code is null and delta < 0 and lower(reason) = 'spent'

),

-- `loyalty` is a reward for having come before, and no promo.
judged_lines as (

    select
        *,
        -- A kind of discount without its amount is one of unknown size.
        case when given is not null then given > 0 when discount_kind is not null then true end as has_discount,
        case
            when given = 0 then false
            when discount_kind is not null then discount_kind = 'promo'
        end as is_promo
    from lines

),

lines_by_order as (

    select
        order_id,
        sum(amount) as amount,
        sum(case when is_promo then amount else 0 end) as promo_amount,
        count(*) = count(is_promo) as knows_promo,
        bool_or(is_promo) as has_promo,
        bool_or(has_discount) as has_discount,
        {{ known_sum('given') }} as given
    from judged_lines
    group by order_id

),

given_by_order as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_number,
        orders.order_date,
        orders.revenue,
        orders.revenue + orders.refunded_amount as amount,
        details.campaign_id,
        lines_by_order.has_promo,
        lines_by_order.has_discount,
        -- A header that says nothing was given answers for lines that say nothing.
        lines_by_order.knows_promo
        or (lines_by_order.has_discount is not true and details.discount_amount = 0) as knows_promo,
        case
            when lines_by_order.promo_amount = lines_by_order.amount and lines_by_order.has_promo then 1.0
            else coalesce({{ ratio('lines_by_order.promo_amount', 'lines_by_order.amount') }}, 0)
        end as promo_share,
        case
            when lines_by_order.given is not null then greatest(lines_by_order.given, details.discount_amount)
            when details.discount_amount > 0 or lines_by_order.has_discount is not true then details.discount_amount
        end as bonus_value,
        tokens.order_id is not null as has_token
    from orders
    left join details
        on orders.order_id = details.order_id
    left join lines_by_order
        on orders.order_id = lines_by_order.order_id
    left join tokens
        on orders.order_id = tokens.order_id

)

select
    order_id,
    customer_id,
    order_number,
    order_date,
    revenue,
    campaign_id,
    case when knows_promo then {{ cents('revenue * promo_share') }} end as promo_revenue,
    case
        when campaign_id is not null or has_promo then true
        when knows_promo then false
    end as is_in_campaign,
    cast(bonus_value as decimal(18, 2)) as bonus_value,
    cast(round({{ ratio('bonus_value', 'amount + bonus_value') }}, 4) as decimal(9, 4)) as bonus_rate,
    case
        when has_token or has_discount or bonus_value > 0 then true
        when bonus_value = 0 then false
    end as has_bonus
from given_by_order
