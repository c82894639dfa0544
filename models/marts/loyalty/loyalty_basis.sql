-- S2-6. What ties a customer to us. Coming again is not yet loyalty: it may be the price, the shop round the corner, or
-- habit. Without a distance nobody can tell the last two apart.
with matrix as (

    select * from {{ ref('loyalty_matrix') }}

),

price_hunters as (

    select * from {{ ref('price_hunters') }}

),

registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null and district_distance_km is not null

),

-- Of those whom the register does not have yet by the as-of date it says nothing.
identities as (

    select * from {{ ref('identities') }} where kind = 'registered'

),

-- Of someone registered twice the entry of the survivor counts.
distances as (

    select
        identities.customer_id,
        coalesce(
            min(case when identities.person_id = identities.customer_id then registered.district_distance_km end),
            min(registered.district_distance_km)
        ) as distance_km
    from registered
    inner join identities
        on registered.customer_id = identities.person_id
    group by identities.customer_id

)

select
    matrix.customer_id,
    matrix.behavioural = 'high' as is_regular,
    matrix.emotional,
    price_hunters.verdict as price_hunter,
    distances.distance_km,
    case
        when matrix.emotional = 'high' then 'emotional'
        when price_hunters.verdict = 'hunter' then 'price'
        when matrix.behavioural = 'low' then 'unknown'
        when distances.distance_km <= {{ var('convenience_km') }} then 'convenience'
        when distances.distance_km is not null then 'habit'
        else 'unknown'
    end as basis
from matrix
inner join price_hunters
    on matrix.customer_id = price_hunters.customer_id
left join distances
    on matrix.customer_id = distances.customer_id
