-- The machine of dated changes, held to the plain reading of K12 at the as-of date.
select
    stages.customer_id,
    stages.rung,
    facts.purchase_days,
    facts.is_active
from {{ ref('ladder_stages') }} as stages
inner join {{ ref('customer_facts') }} as facts
    on stages.customer_id = facts.customer_id
where
    stages.ladder = 'skirt'
    and stages.rung_no <= 3
    and stages.rung <> case
        when {{ is_regular('facts.purchase_days', 'facts.orders', 'facts.is_active') }} then 'regular'
        when {{ 'facts.orders' if var('occasion_unit') == 'order' else 'facts.purchase_days' }} >= 2 then 'client'
        else 'buyer'
    end
