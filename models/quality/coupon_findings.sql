-- Coupons used as they must not be. A coupon is good on the whole of its last local day.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with coupons as (

    select * from {{ ref('stg_coupons') }} where rule_code is null and redeemed_order_id is not null

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

refunded as (

    select * from {{ ref('refunded_orders') }} where fully_refunded_on is not null

),

settings as (

    select * from {{ ref('stg_settings') }}

),

uses as (

    select
        coupons.coupon_id,
        coupons.file,
        coupons.file_line,
        orders.order_id is null as is_of_unknown_order,
        refunded.order_id is not null as is_of_refunded_order,
        orders.order_date > {{ local_date('coupons.valid_to', 'settings.timezone') }} as is_late,
        row_number() over (
            partition by coupons.coupon_id order by orders.ordered_at nulls last, coupons.redeemed_order_id
        ) as use_no
    from coupons
    cross join settings
    left join orders
        on coupons.redeemed_order_id = orders.order_id
    left join refunded
        on coupons.redeemed_order_id = refunded.order_id

)

{% for rule_code, condition in [
    ('coupon_used_again', 'use_no > 1'),
    ('coupon_used_after_expiry', 'is_late'),
    ('coupon_of_unknown_order', 'is_of_unknown_order'),
    ('coupon_of_refunded_order', 'is_of_refunded_order')
] -%}
select
    'coupons' as entity,
    file,
    file_line,
    coupon_id as row_key,
    '{{ rule_code }}' as rule_code
from uses
where {{ condition }}
{{ 'union all' if not loop.last }}
{% endfor %}
