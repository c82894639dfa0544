-- Who is on the other side of a movement on the bank account. A tax id typed in for form's sake is nobody's: then,
-- as without one, the name says who it is. An id goes everywhere, and so it is a hash of what is personal.
with transactions as (

    select * from {{ ref('stg_bank_transactions') }} where rule_code is null

),

blocked_tax_ids as (

    select key_value as tax_id from {{ ref('blocked_keys') }} where key_kind = 'tax_id'

),

sides as (

    select
        transactions.transaction_id,
        transactions.amount < 0 as is_paid_out,
        case when blocked_payers.tax_id is null then {{ number_key('transactions.payer_tax_id') }} end as payer_tax_id,
        {{ name_key('transactions.payer_name') }} as payer_name,
        case
            when blocked_receivers.tax_id is null then {{ number_key('transactions.receiver_tax_id') }}
        end as receiver_tax_id,
        {{ name_key('transactions.receiver_name') }} as receiver_name
    from transactions
    left join blocked_tax_ids as blocked_payers
        on transactions.payer_tax_id = blocked_payers.tax_id
    left join blocked_tax_ids as blocked_receivers
        on transactions.receiver_tax_id = blocked_receivers.tax_id

),

-- A statement in plain columns has one name for the other side, whoever pays.
directed as (

    select
        *,
        is_paid_out and coalesce(receiver_tax_id, receiver_name) is not null as is_receiver
    from sides

)

select
    transaction_id,
    'payer:' || substr(
        md5(
            case
                when is_receiver then coalesce(receiver_tax_id, receiver_name)
                else coalesce(payer_tax_id, payer_name)
            end
        ), 1, 16
    ) as person_id,
    case when is_receiver then receiver_tax_id else payer_tax_id end as tax_id,
    case when is_receiver then receiver_name else payer_name end as name,
    coalesce(payer_tax_id = receiver_tax_id, false) as is_own
from directed
