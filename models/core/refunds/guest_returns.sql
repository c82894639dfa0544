-- Whose an order below zero without a customer_id is: of the one customer known by the e-mail, phone or card it leaves.
with returns as (

    select * from {{ ref('stg_orders') }}
    where rule_code is null and amount < 0 and customer_id is null

),

phones as (

    select * from {{ ref('stg_phones') }}

),

person_keys as (

    select * from {{ ref('person_keys') }}

),

keys_that_tell_nobody as (

    select * from {{ ref('common_keys') }} where unused_because is not null

),

identities as (

    select * from {{ ref('identities') }}

),

keys_left as (

    select
        order_id,
        'email' as key_kind,
        {{ email_key('email') }} as key_value
    from returns

    union all

    select
        returns.order_id,
        'phone' as key_kind,
        phones.phone_number as key_value
    from returns
    inner join phones
        on returns.phone = phones.phone

    union all

    select
        order_id,
        'card' as key_kind,
        {{ number_key('card_no') }} as key_value
    from returns

)

select
    keys_left.order_id,
    min(identities.customer_id) as customer_id
from keys_left
inner join person_keys
    on
        keys_left.key_kind = person_keys.key_kind
        and keys_left.key_value = person_keys.key_value
inner join identities
    on person_keys.person_id = identities.person_id
left join keys_that_tell_nobody
    on
        keys_left.key_kind = keys_that_tell_nobody.key_kind
        and keys_left.key_value = keys_that_tell_nobody.key_value
where keys_that_tell_nobody.key_value is null
group by keys_left.order_id
having count(distinct identities.customer_id) = 1
