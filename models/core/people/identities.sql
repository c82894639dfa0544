-- Whom each raw person stands for. The survivor of a group is a registered customer before an id that only
-- other files name, before leads, guests and payers; then who was known first; then the smallest id.
with persons as (

    select * from {{ ref('raw_persons') }}

),

person_keys as (

    select * from {{ ref('person_keys') }}

),

common_keys as (

    select * from {{ ref('common_keys') }}

),

groups as (

    select * from {{ ref('person_groups') }} where people <= {{ var('identity_max_people') }}

),

ranked as (

    select
        persons.person_id,
        groups.group_id,
        row_number() over (
            partition by groups.group_id
            order by
                case persons.kind when 'registered' then 0 when 'customer' then 1 else 2 end,
                persons.known_at nulls last,
                persons.person_id
        ) as place
    from groups
    inner join persons
        on groups.person_id = persons.person_id

),

survivors as (

    select
        ranked.person_id,
        first_places.person_id as customer_id
    from ranked
    inner join ranked as first_places
        on
            ranked.group_id = first_places.group_id
            and first_places.place = 1

),

kinds_by_person as (

    select
        person_keys.person_id,
        {{ kinds_joined('person_keys.key_kind') }} as kinds
    from person_keys
    inner join common_keys
        on
            person_keys.key_kind = common_keys.key_kind
            and person_keys.key_value = common_keys.key_value
    where common_keys.unused_because is null
    group by person_keys.person_id

),

-- A guest whose keys are all dummies could be anybody, and is nobody.
recognisable_guests as (

    select distinct person_keys.person_id
    from person_keys
    left join common_keys
        on
            person_keys.key_kind = common_keys.key_kind
            and person_keys.key_value = common_keys.key_value
    where person_keys.person_id like 'guest:%' and common_keys.unused_because is null

)

select
    persons.person_id,
    coalesce(survivors.customer_id, persons.person_id) as customer_id,
    case
        when survivors.customer_id <> persons.person_id then kinds_by_person.kinds
        else 'own_id'
    end as matched_by,
    persons.kind,
    persons.known_at,
    persons.known_on,
    persons.seen_on
from persons
left join survivors
    on persons.person_id = survivors.person_id
left join kinds_by_person
    on persons.person_id = kinds_by_person.person_id
left join recognisable_guests
    on persons.person_id = recognisable_guests.person_id
where persons.kind <> 'guest' or recognisable_guests.person_id is not null
