-- Rows that count, and of which somebody should know: nothing was changed or left out for these.
with found as (

    select
        'orders' as entity,
        file,
        file_line,
        order_id as row_key,
        problem as rule_code
    from {{ ref('exchange_links') }}
    where problem is not null

    union all

    select
        'referrals' as entity,
        file,
        file_line,
        referrer_customer_id as row_key,
        'second_referrer' as rule_code
    from {{ ref('referrals') }}
    where rule_code is null and known_on is not null and not is_first

    union all

    select
        'interactions' as entity,
        file,
        file_line,
        interaction_id as row_key,
        problem as rule_code
    from {{ ref('contacts') }}
    where problem is not null

    union all

    select
        'wallet_surveys' as entity,
        said.file,
        said.file_line,
        said.customer_id as row_key,
        'wallet_below_own' as rule_code
    from {{ ref('wallet_answers') }} as answers
    inner join {{ ref('survey_answers') }} as said
        on
            answers.customer_id = said.customer_id
            and answers.answer_no = said.answer_no
    where answers.is_wallet_below_own

    union all

    select
        'wallet_surveys' as entity,
        file,
        file_line,
        customer_id as row_key,
        'period_reversed' as rule_code
    from {{ ref('stg_wallet_surveys') }}
    where rule_code is null and period_start > period_end

    union all

    select
        'referrals' as entity,
        file,
        file_line,
        referrer_customer_id as row_key,
        'referrer_unknown' as rule_code
    from {{ ref('referrals') }}
    where rule_code is null and known_on is null

    union all

    select
        'service_costs' as entity,
        file,
        file_line,
        person_id as row_key,
        problem as rule_code
    from {{ ref('service_costs') }}
    where problem is not null

    union all

    select * from {{ ref('coupon_findings') }}

    union all

    select * from {{ ref('point_findings') }}

),

rule_codes as (

    select * from {{ ref('rule_codes') }}

)

select
    found.entity,
    found.file,
    found.file_line as line_no,
    found.row_key,
    found.rule_code,
    rule_codes.message
from found
left join rule_codes
    on found.rule_code = rule_codes.rule_code
