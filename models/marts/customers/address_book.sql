-- How to reach people. Of several names, phones or e-mails of one person, those of the id that all others stand for
-- come first, then those of the smallest id.
with identities as (

    select * from {{ ref('identities') }}

),

registered as (

    select * from {{ ref('stg_customers') }} where rule_code is null and trim(name) <> ''

),

reachable as (

    select * from {{ ref('person_keys') }} where key_kind in ('phone', 'email') and is_valid

),

stated as (

    select
        customer_id as person_id,
        'name' as kind,
        trim(name) as stated_value
    from registered
    union all
    select
        person_id,
        key_kind,
        key_value
    from reachable

),

ranked as (

    select
        identities.customer_id,
        stated.kind,
        stated.stated_value,
        row_number() over (
            partition by identities.customer_id, stated.kind
            order by
                case when identities.person_id = identities.customer_id then 0 else 1 end,
                identities.person_id,
                stated.stated_value
        ) as place
    from stated
    inner join identities
        on stated.person_id = identities.person_id

)

select
    customer_id,
    max(case when kind = 'name' then stated_value end) as name,
    max(case when kind = 'phone' then stated_value end) as phone,
    max(case when kind = 'email' then stated_value end) as email
from ranked
where place = 1
group by customer_id
