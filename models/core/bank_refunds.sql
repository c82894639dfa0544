-- Money paid back to a payer lowers the bank order whose number it names, or else the payer's latest one that can
-- bear it. Orders of other sources have their own refunds, and are not refunded twice.
with refunds as (

    select
        transaction_id,
        customer_id,
        booked_at,
        booked_on,
        currency,
        -amount_in_currency as amount
    from {{ ref('payments') }}
    where rule_code is null and kind = 'refund_paid' and not is_after_as_of

),

orders as (

    select * from {{ ref('bank_orders') }}

),

numbers as (

    select * from {{ ref('purpose_numbers') }}

),

payable_orders as (

    select * from {{ ref('payable_orders') }}

),

refunds_of_other_orders as (

    select distinct refunds.transaction_id
    from refunds
    inner join numbers
        on refunds.transaction_id = numbers.transaction_id
    inner join payable_orders
        on
            numbers.number = payable_orders.number
            and refunds.customer_id = payable_orders.customer_id

),

named as (

    select distinct
        refunds.transaction_id,
        orders.order_id
    from refunds
    inner join orders
        on refunds.customer_id = orders.customer_id
    inner join numbers
        on refunds.transaction_id = numbers.transaction_id
    inner join numbers as numbers_of_payment
        on
            orders.transaction_id = numbers_of_payment.transaction_id
            and numbers.number = numbers_of_payment.number

),

pairs_0 as (

    select
        refunds.transaction_id,
        refunds.booked_at,
        refunds.booked_on,
        refunds.amount,
        orders.order_id,
        orders.ordered_at,
        case when named.order_id is null then 1 else 0 end as is_unnamed,
        orders.amount_in_currency as order_left,
        false as is_done
    from refunds
    inner join orders
        on
            refunds.customer_id = orders.customer_id
            and refunds.booked_on >= orders.order_date
            and coalesce(refunds.currency = orders.currency, refunds.currency is null and orders.currency is null)
    left join named
        on
            refunds.transaction_id = named.transaction_id
            and orders.order_id = named.order_id
    where not exists (
        select 1 from refunds_of_other_orders as others where others.transaction_id = refunds.transaction_id
    )

),
{% for pass in range(1, 4) %}
chosen_{{ pass }} as (

    select
        *,
        not is_done and amount <= order_left and row_number() over (
            partition by transaction_id, is_done, amount <= order_left
            order by is_unnamed, ordered_at desc, order_id desc
        ) = 1 as is_chosen
    from pairs_{{ pass - 1 }}

),

fitting_{{ pass }} as (

    select
        *,
        is_chosen and sum(amount) over (
            partition by order_id, is_chosen order by booked_at, transaction_id
            rows between unbounded preceding and current row
        ) <= order_left as is_fitting
    from chosen_{{ pass }}

),

accepted_{{ pass }} as (

    select
        transaction_id,
        booked_at,
        booked_on,
        order_id,
        amount
    from fitting_{{ pass }}
    where is_fitting

),

pairs_{{ pass }} as (

    select
        transaction_id,
        booked_at,
        booked_on,
        amount,
        order_id,
        ordered_at,
        is_unnamed,
        order_left - coalesce(sum(case when is_fitting then amount end) over (partition by order_id), 0) as order_left,
        is_done or bool_or(is_fitting) over (partition by transaction_id) as is_done
    from fitting_{{ pass }}

),
{% endfor %}
accepted as (
    {% for pass in range(1, 4) %}
    select * from accepted_{{ pass }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

running as (

    select
        accepted.transaction_id,
        accepted.order_id,
        accepted.booked_on as refund_date,
        accepted.amount as amount_in_currency,
        orders.rate,
        sum(accepted.amount) over (
            partition by accepted.order_id order by accepted.booked_at, accepted.transaction_id
            rows between unbounded preceding and current row
        ) as refunded_so_far
    from accepted
    inner join orders
        on accepted.order_id = orders.order_id

)

select
    transaction_id,
    order_id,
    refund_date,
    cast(amount_in_currency as decimal(18, 2)) as amount_in_currency,
    cast(
        {{ cents('refunded_so_far * rate') }} - {{ cents('(refunded_so_far - amount_in_currency) * rate') }}
        as decimal(18, 2)
    ) as amount
from running
