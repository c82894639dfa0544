-- Money paid back to a payer lowers the bank order whose number it names, or else the payer's latest one that can
-- bear it. What fits into none in one pass is tried on what is left in the next.
with refundable as (

    select * from {{ ref('refundable_bank_orders') }}

),

pairs_0 as (

    select
        transaction_id,
        booked_at,
        booked_on,
        amount,
        order_id,
        ordered_at,
        is_unnamed,
        rate,
        order_amount as order_left,
        false as is_done
    from refundable

),
{% for pass in range(1, 4) %}
chosen_{{ pass }} as (

    select
        *,
        not is_done and amount <= order_left and row_number() over (
            partition by transaction_id, is_done, amount <= order_left
            order by is_unnamed asc, ordered_at desc, order_id desc
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
        amount,
        rate
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
        rate,
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
        accepted.rate,
        sum(accepted.amount) over (
            partition by accepted.order_id order by accepted.booked_at, accepted.transaction_id
            rows between unbounded preceding and current row
        ) as refunded_so_far
    from accepted

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
