-- Share of wallet, answer by answer: what we sold to the customer of what they spent with everyone, in the
-- same category and period, as was known on the day of the answer (S4-9, domain 3.10).
with answers as (

    select * from {{ ref('survey_answers') }}

),

purchases as (

    select * from {{ ref('wallet_purchases') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

own_purchases as (

    select
        answers.customer_id,
        answers.answer_no,
        {{ money_sum('purchases.amount') }} as own_revenue
    from answers
    inner join purchases
        on
            answers.customer_id = purchases.customer_id
            and coalesce(answers.category, '') = coalesce(purchases.category, '')
            and answers.period_start <= purchases.order_date
            and answers.period_end >= purchases.order_date
            and answers.asked_on >= purchases.known_on
    group by answers.customer_id, answers.answer_no

),

measured as (

    select
        answers.*,
        cast(coalesce(own_purchases.own_revenue, 0) as decimal(18, 2)) as own_revenue,
        {{ ratio('coalesce(own_purchases.own_revenue, 0)', 'answers.wallet') }} as share_of_wallet,
        least(
            {{ add_months('answers.asked_on', var('wallet_valid_months')) }}, answers.asked_again_on
        ) as holds_until
    from answers
    left join own_purchases
        on
            answers.customer_id = own_purchases.customer_id
            and answers.answer_no = own_purchases.answer_no

)

select
    measured.customer_id,
    measured.answer_no,
    measured.asked_on,
    measured.category,
    measured.period_start,
    measured.period_end,
    measured.wallet,
    measured.own_revenue,
    measured.share_of_wallet,
    coalesce(measured.own_revenue > measured.wallet, false) as is_wallet_below_own,
    measured.only_us,
    -- What is said, or what is measured (S0-10); nothing known is NULL.
    case
        when measured.only_us then true
        when measured.own_revenue >= {{ var('only_us_share') }} * nullif(measured.wallet, 0) then true
        when measured.only_us is not null or measured.share_of_wallet is not null then false
    end as is_only_us,
    measured.answer_text,
    measured.source,
    measured.holds_until,
    measured.holds_until > run_context.as_of_date as is_current
from measured
cross join run_context
