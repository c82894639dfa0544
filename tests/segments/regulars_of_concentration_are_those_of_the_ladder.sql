with regulars as (

    select count(*) as customers
    from {{ ref('ladder_stages') }}
    where ladder = 'skirt' and rung_no >= 3

)

select
    concentration.customers,
    regulars.customers as on_the_ladder
from {{ ref('concentration') }} as concentration
cross join regulars
where concentration.population = 'regular' and concentration.customers <> regulars.customers
