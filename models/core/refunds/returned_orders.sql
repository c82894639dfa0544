-- The order that a return takes back from: the latest one before it of the same customer with the same goods at
-- the same price, else at a higher one, of which enough has not been returned yet; in order of the returns.
with returns as (

    select * from {{ ref('returns') }}

),

goods as (

    select * from {{ ref('returnable_goods') }}

)

{{ latest_with_enough_left('returns', 'goods', ['entity', 'customer_id', 'product_id']) }}
