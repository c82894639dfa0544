-- A customer's payment that no order explains is an order itself, unless it may be one that is there already: then
-- its money is listed, and counted nowhere.
with payments as (

    select * from {{ ref('payments') }} where rule_code is null and kind = 'customer_payment'

),

matches as (

    select * from {{ ref('payment_matches') }}

),

suspicions as (

    select * from {{ ref('payment_suspicions') }}

),

files as (

    select * from {{ ref('stg_files') }} where entity in ('orders', 'order_lines')

),

matched_by_payment as (

    select
        transaction_id,
        sum(amount_in_currency) as amount_in_currency,
        sum(amount) as amount
    from matches
    group by transaction_id

)

select
    payments.transaction_id,
    payments.customer_id,
    payments.booked_at,
    payments.booked_on,
    payments.currency,
    payments.amount_in_currency,
    payments.rate,
    payments.amount,
    cast(coalesce(matched.amount, 0) as decimal(18, 2)) as matched_amount,
    cast(payments.amount - coalesce(matched.amount, 0) as decimal(18, 2)) as left_amount,
    case
        when matched.amount_in_currency = payments.amount_in_currency then 'matched'
        when matched.amount_in_currency is not null then 'partly_matched'
        -- Without an order file payments are the orders, later ones too.
        when payments.is_after_as_of and exists (select 1 from files) then 'after_as_of'
        when suspicions.transaction_id is not null then 'possible_double'
        else 'order'
    end as outcome,
    suspicions.order_id as possible_order_id,
    suspicions.reason as possible_reason,
    payments.file,
    payments.file_line
from payments
left join matched_by_payment as matched
    on payments.transaction_id = matched.transaction_id
left join suspicions
    on payments.transaction_id = suspicions.transaction_id
