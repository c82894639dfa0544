-- Who recommended us to whom, as people and not as ids. Of several who recommended us to one person the one
-- counts that was known first, so that whoever gets to be known later changes nobody's past; a referral among
-- earlier ones that would lead back to its own beginning is none.
with between_people as (

    select * from {{ ref('referral_links') }}

),

closing as (

    {{ links_that_close_a_circle(
        relation='(select * from ' ~ ref('referral_links')
            ~ ' where not is_of_nobody and referrer_id <> referred_id)',
        link_no='referral_no',
        from_id='referrer_id',
        to_id='referred_id'
    ) }}

),

judged as (

    select
        between_people.*,
        case
            when between_people.is_of_nobody then 'missing_referred_customer_id'
            when between_people.referrer_id = between_people.referred_id then 'self_referral'
            when closing.referral_no is not null then 'referral_cycle'
        end as rule_code
    from between_people
    left join closing
        on between_people.referral_no = closing.referral_no

)

select
    referrer_customer_id,
    referrer_id,
    case when not is_of_nobody then referred_id end as referred_id,
    referred_at,
    known_on,
    evidence,
    rule_code is null
    and known_on is not null
    and row_number() over (partition by referred_id, rule_code order by known_on nulls last, referral_no) = 1
        as is_first,
    file,
    file_line,
    rule_code
from judged
