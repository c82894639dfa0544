with money as (

    select
        (
            select coalesce(sum(orders.amount), 0)
            from {{ ref('booked_orders') }} as orders
            inner join {{ ref('run_context') }} as run_context
                on orders.order_date <= run_context.as_of_date
            where orders.rule_code is null and orders.is_genuine
        ) as of_orders,
        (select coalesce(sum(booked), 0) from {{ ref('source_reconciliation') }}) as booked,
        (
            select coalesce(sum(outcomes.amount), 0)
            from {{ ref('payment_outcomes') }} as outcomes
            inner join {{ ref('run_context') }} as run_context
                on outcomes.booked_on <= run_context.as_of_date
        ) as of_payments,
        (select coalesce(sum(paid), 0) from {{ ref('source_reconciliation') }} where source = 'bank') as paid

)

select *
from money
where of_orders <> booked or of_payments <> paid
