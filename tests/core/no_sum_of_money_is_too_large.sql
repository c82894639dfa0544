{{ config(meta={
    'sentence': 'What {whose} adds up to {total}, and a sum of money has room for 16 digits before the point; look for amounts that cannot be meant.'
}) }}

-- Asked before anything is summed, because there the engine would end the run in its own words.
with sums as (

    select
        concat('customer ', customer_id, ' has bought') as whose,
        sum(amount) as amount,
        sum(cost) as cost
    from {{ ref('booked_orders') }}
    where rule_code is null and customer_id is not null
    group by customer_id

    union all

    select
        concat('was sold of product ', product_id) as whose,
        sum(amount) as amount,
        sum(cost) as cost
    from {{ ref('order_lines') }}
    where rule_code is null
    group by product_id

)

select
    whose,
    greatest(amount, coalesce(cost, 0)) as total
from sums
where greatest(amount, coalesce(cost, 0)) >= 10000000000000000
order by total desc
limit 1
