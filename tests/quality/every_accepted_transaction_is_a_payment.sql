-- No join on the way may drop or double money on the account, whatever kind of money it is.
select
    transactions.transaction_id,
    count(payments.transaction_id) as payments
from {{ ref('stg_bank_transactions') }} as transactions
left join {{ ref('payments') }} as payments
    on
        transactions.transaction_id = payments.transaction_id
        and transactions.amount = payments.amount_in_currency
where transactions.rule_code is null
group by transactions.transaction_id
having count(payments.transaction_id) <> 1
