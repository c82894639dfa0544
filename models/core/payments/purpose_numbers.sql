-- The numbers a purpose names, as whole words: order 12 is not in 123, and 10.01.2023 is a day.
with payments as (

    select * from {{ ref('payments') }}
    where rule_code is null and kind in ('customer_payment', 'refund_paid')

),

purposes as (

    select
        transaction_id,
        {{ without_other_numbers('purpose') }} as purpose
    from payments

),

words as (

    select
        transaction_id,
        {{ parts_of('purpose') }} as word
    from purposes

),

trimmed as (

    select
        transaction_id,
        trim(both '._/+-' from word) as word
    from words

),

spelled as (

    select
        transaction_id,
        word as number
    from trimmed

    union

    -- N123 and No123 are the number 123 too.
    select
        transaction_id,
        {{ replaced('word', '^(n|no)([._-])?', '') }} as number
    from trimmed
    where {{ matches('word', '(n|no)[._-]?[0-9].*') }}

),

named as (

    select * from spelled
    where
        {{ matches('number', '.*[0-9].*') }}
        and not {{ matches('number', '[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}(г|г[.])?') }}
        and not {{ matches('number', '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}

)

select
    transaction_id,
    number
from named

union

-- The number of the copy of a sale is one of the sale.
select
    named.transaction_id,
    {{ order_number('kept_sales.kept_id') }} as number
from named
inner join {{ ref('kept_sales') }} as kept_sales
    on named.number = {{ order_number('kept_sales.copy_id') }}
