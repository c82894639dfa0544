-- What each movement on the bank account is: the money of a customer, or something that is no sale. Its
-- purpose says so by the words listed in the seed bank_transaction_kinds.
with transactions as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null

),

kinds as (

    select * from {{ ref('bank_transaction_kinds') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

counterparties as (

    select * from {{ ref('counterparties') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

described as (

    select
        transactions.*,
        {{ local_date('transactions.booked_at', 'settings.timezone') }} as booked_on,
        case when transactions.amount < 0 then 'out' else 'in' end as flow,
        {{ padded_words('transactions.purpose') }} as words,
        counterparties.person_id,
        counterparties.is_own,
        case when transactions.currency is null then base.base_currency else currencies.currency end as iso_currency,
        base.base_currency
    from transactions
    inner join counterparties
        on transactions.transaction_id = counterparties.transaction_id
    cross join settings
    cross join base
    left join currencies
        on upper(transactions.currency) = currencies.spelling

),

-- Of the patterns found in a purpose the first of the seed decides.
first_patterns as (

    select
        described.transaction_id,
        min(kinds.priority) as priority
    from described
    inner join kinds
        on
            described.flow = kinds.direction
            and described.words like '% ' || replace(kinds.pattern || ' ', '* ', '') || '%'
    group by described.transaction_id

),

judged as (

    select
        described.*,
        case
            when described.direction = 'own' or described.is_own then 'own_transfer'
            when kinds.kind is not null then kinds.kind
            when described.amount > 0 then 'customer_payment'
            when described.amount < 0 then 'other_out'
            else 'other_in'
        end as kind,
        coalesce(
            described.iso_currency = described.base_currency,
            described.iso_currency is null and described.base_currency is null
        ) as is_in_base
    from described
    left join first_patterns
        on described.transaction_id = first_patterns.transaction_id
    left join kinds
        on first_patterns.priority = kinds.priority

)

select
    judged.transaction_id,
    judged.kind,
    judged.person_id,
    judged.booked_at,
    judged.booked_on,
    judged.iso_currency as currency,
    judged.amount as amount_in_currency,
    cast(case when judged.is_in_base then 1 else rates.rate end as decimal(18, 6)) as rate,
    case when judged.is_in_base then judged.amount else {{ converted('judged.amount', 'rates.rate') }} end as amount,
    judged.purpose,
    judged.file,
    judged.file_line,
    case
        when judged.currency is not null and judged.iso_currency is null then 'currency_unknown'
        when not judged.is_in_base and rates.rate is null then 'rate_missing'
        when not judged.is_in_base and {{ converted('judged.amount', 'rates.rate') }} is null then 'amount_too_large'
    end as rule_code
from judged
left join rates
    on
        judged.iso_currency = rates.currency
        and not judged.is_in_base
        and judged.booked_on >= rates.valid_from
        and judged.booked_on < rates.valid_to
