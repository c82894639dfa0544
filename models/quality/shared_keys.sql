-- Keys that people share and that merge nobody. Masked: a name of an address, the middle of a number.
with common_keys as (

    select * from {{ ref('common_keys') }}
    where unused_because is not null and (people > 1 or unused_because = 'blocked')

),

person_keys as (

    select * from {{ ref('person_keys') }}

),

sharers as (

    select
        common_keys.key_kind,
        common_keys.key_value,
        common_keys.unused_because,
        common_keys.people,
        min(person_keys.person_id) as example_customer_id
    from common_keys
    inner join person_keys
        on
            common_keys.key_kind = person_keys.key_kind
            and common_keys.key_value = person_keys.key_value
    group by common_keys.key_kind, common_keys.key_value, common_keys.unused_because, common_keys.people

)

select
    row_number() over (order by people desc, key_kind asc, key_value asc) as key_no,
    key_kind,
    {{ masked_key('key_kind', 'key_value') }} as masked_key,
    unused_because as reason,
    people,
    example_customer_id,
    'shared_key' as rule_code
from sharers
