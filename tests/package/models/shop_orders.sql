-- Times without a zone are those of Moscow; a column of moments says so once and for all.
select
    order_id as "Order_ID",
    customer_id,
    case
        when ordered_at like '%Z' then try_cast(ordered_at as timestamptz)
        else timezone('Europe/Moscow', try_cast(ordered_at as timestamp))
    end as ordered_at,
    status,
    try_cast(amount as double) as amount,
    currency,
    'web' as "utm source"
from {{ source('shop', 'orders') }}
