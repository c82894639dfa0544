with trust as (

    select * from {{ ref('trust_levels') }}

),

breaks as (

    select
        customer_id,
        max(broke_on) as last_broke_on
    from {{ ref('trust_breaks') }}
    group by customer_id

),

facts as (

    select * from {{ ref('customer_facts') }}

)

select
    facts.customer_id,
    facts.last_order_date,
    breaks.last_broke_on,
    trust.level
from facts
inner join breaks
    on facts.customer_id = breaks.customer_id
inner join trust
    on facts.customer_id = trust.customer_id
where (trust.level = 'broken') <> (facts.last_order_date <= breaks.last_broke_on)
