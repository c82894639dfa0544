-- Whoever is known stands on a canonical rung, and for whoever stands on it there is something to do.
select coalesce(customers.customer_id, actions.customer_id) as customer_id
from {{ ref('customers') }} as customers
full outer join {{ ref('customer_actions') }} as actions
    on customers.customer_id = actions.customer_id
where customers.customer_id is null or actions.customer_id is null
