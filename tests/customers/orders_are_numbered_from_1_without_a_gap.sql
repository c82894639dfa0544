select
    customer_id,
    count(*) as orders,
    min(order_number) as first_number,
    max(order_number) as last_number
from {{ ref('orders') }}
where customer_id is not null
group by customer_id
having min(order_number) <> 1 or max(order_number) <> count(*) or count(distinct order_number) <> count(*)
