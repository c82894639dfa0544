-- No join on the way may drop an order; what is below zero is a return.
select headers.order_id
from {{ ref('stg_orders') }} as headers
left join {{ ref('booked_orders') }} as booked
    on headers.order_id = booked.order_id
where headers.rule_code is null and headers.amount >= 0 and booked.order_id is null
