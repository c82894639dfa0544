-- What customers have said of their wallet by the as-of date. An answer holds until they are asked about
-- the same category again.
{{ config(materialized='view') }}

with surveys as (

    select * from {{ ref('stg_wallet_surveys') }} where rule_code is null and period_start <= period_end

),

identities as (

    select * from {{ ref('identities') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

answers as (

    select
        coalesce(identities.customer_id, surveys.customer_id) as customer_id,
        {{ local_date('surveys.asked_at', 'run_context.timezone') }} as asked_on,
        surveys.category,
        surveys.period_start,
        surveys.period_end,
        surveys.total_category_spend as wallet,
        surveys.only_us,
        surveys.answer_text,
        surveys.source,
        surveys.file,
        surveys.file_line
    from surveys
    left join identities
        on surveys.customer_id = identities.person_id
    cross join run_context
    where {{ local_date('surveys.asked_at', 'run_context.timezone') }} <= run_context.as_of_date

),

answer_days as (

    select
        customer_id,
        category,
        asked_on,
        lead(asked_on) over (partition by customer_id, category order by asked_on) as asked_again_on
    from answers
    group by customer_id, category, asked_on

)

select
    answers.*,
    -- By what was said, not by where it stands, so that it is the same however the files are split.
    row_number() over (
        partition by answers.customer_id
        order by
            answers.asked_on, answers.category nulls first, answers.period_start, answers.period_end,
            answers.wallet nulls first, answers.only_us nulls first, answers.answer_text nulls first,
            answers.source nulls first
    ) as answer_no,
    answer_days.asked_again_on
from answers
inner join answer_days
    on
        answers.customer_id = answer_days.customer_id
        and coalesce(answers.category, '') = coalesce(answer_days.category, '')
        and answers.asked_on = answer_days.asked_on
