-- Nobody in the register is known under the id of a lead, a guest or a payer.
select identities.person_id
from {{ ref('identities') }} as identities
inner join {{ ref('identities') }} as survivors
    on identities.customer_id = survivors.person_id
where identities.kind = 'registered' and survivors.kind <> 'registered'
