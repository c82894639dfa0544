-- And no more first buyers than there are customers.
with cases as (

    select
        coalesce(sum(case when comparison = 'service_recovery' then cases end), 0) as complaints,
        coalesce(sum(case when comparison = 'mastering_effect' then cases end), 0) as first_buyers
    from {{ ref('service_effects') }}

)

select *
from cases
where
    complaints > (select count(*) from {{ ref('complaints') }})
    or first_buyers > (select count(*) from {{ ref('customer_occasions') }})
