-- By which keys a person can be reached, without saying what they are: a dummy number reaches nobody.
{{ config(materialized='view') }}

with person_keys as (

    select * from {{ ref('person_keys') }} where key_kind in ('email', 'phone')

),

common_keys as (

    select * from {{ ref('common_keys') }} where unused_because is not null

),

identities as (

    select * from {{ ref('identities') }}

)

select
    identities.customer_id,
    {{ kinds_joined('person_keys.key_kind') }} as reachable_by
from person_keys
inner join identities
    on person_keys.person_id = identities.person_id
left join common_keys
    on
        person_keys.key_kind = common_keys.key_kind
        and person_keys.key_value = common_keys.key_value
where common_keys.key_kind is null
group by identities.customer_id
