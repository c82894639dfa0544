-- Everything that is listed or was sold.
with listed as (

    select * from {{ ref('stg_products') }} where rule_code is null

),

lines as (

    select * from {{ ref('order_lines') }} where rule_code is null

),

sold as (

    select distinct product_id from lines

)

select
    coalesce(listed.product_id, sold.product_id) as product_id,
    listed.product_id is not null as is_listed,
    listed.name,
    listed.category,
    listed.product_line,
    listed.brand,
    listed.launched_at,
    listed.is_service
from listed
full outer join sold
    on listed.product_id = sold.product_id
