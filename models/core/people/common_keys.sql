-- Keys that say something of two people or more, and whether they say that the two are one.
with person_keys as (

    select * from {{ ref('person_keys') }}

),

blocked_keys as (

    select * from {{ ref('blocked_keys') }}

),

blocked_names as (

    select key_value as email_name from blocked_keys where key_kind = 'email_name'

),

people_by_key as (

    select
        key_kind,
        key_value,
        case when key_kind = 'email' then {{ part_of('key_value', '@', 1) }} end as email_name,
        count(*) as people,
        bool_and(is_valid) as is_valid
    from person_keys
    group by key_kind, key_value

)

select
    keys.key_kind,
    keys.key_value,
    keys.people,
    -- A customer may have been a lead many times: whom a lead names is said, not guessed.
    case
        when blocked.key_value is not null or blocked_names.email_name is not null then 'blocked'
        when not keys.is_valid then 'no_such_number'
        when keys.people > {{ var('identity_max_people_per_key') }} and keys.key_kind <> 'customer_id'
            then 'too_many_people'
    end as unused_because
from people_by_key as keys
left join blocked_keys as blocked
    on
        keys.key_kind = blocked.key_kind
        and keys.key_value = blocked.key_value
left join blocked_names
    on keys.email_name = blocked_names.email_name
where
    keys.people > 1
    or not keys.is_valid
    or blocked.key_value is not null
    or blocked_names.email_name is not null
