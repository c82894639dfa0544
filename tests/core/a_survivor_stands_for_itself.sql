-- Whom an id stands for is a raw person too, and stands for nobody else.
select identities.person_id
from {{ ref('identities') }} as identities
left join {{ ref('identities') }} as survivors
    on identities.customer_id = survivors.person_id
where survivors.customer_id is distinct from identities.customer_id
