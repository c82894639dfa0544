-- Who shares a key, as a star around the first of them, each link in both directions.
with person_keys as (

    select * from {{ ref('person_keys') }}

),

common_keys as (

    select * from {{ ref('common_keys') }} where unused_because is null

),

sharers as (

    select
        person_keys.person_id,
        min(person_keys.person_id) over (
            partition by person_keys.key_kind, person_keys.key_value
        ) as first_person_id
    from person_keys
    inner join common_keys
        on
            person_keys.key_kind = common_keys.key_kind
            and person_keys.key_value = common_keys.key_value

)

select
    person_id as from_id,
    first_person_id as to_id
from sharers
where person_id <> first_person_id
union
select
    first_person_id as from_id,
    person_id as to_id
from sharers
where person_id <> first_person_id
