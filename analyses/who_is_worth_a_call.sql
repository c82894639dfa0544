-- Whom to call on Monday: good customers (A by revenue) who used to buy regularly and are about to lapse,
-- the most profitable first. About to lapse: past their own longest gap, and within the activity window.
with facts as (

    select * from {{ ref('customer_facts') }}

),

classes as (

    select * from {{ ref('abc_xyz_customers') }}

),

stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'canonical'

)

select
    facts.customer_id,
    stages.rung,
    facts.recency_days,
    facts.max_gap_days,
    facts.revenue,
    facts.margin
from facts
inner join classes
    on facts.customer_id = classes.customer_id
inner join stages
    on facts.customer_id = stages.customer_id
where
    classes.abc = 'A'
    and stages.rung = 'regular'
    and facts.recency_days > facts.max_gap_days
order by coalesce(facts.margin, facts.revenue) desc, facts.customer_id
