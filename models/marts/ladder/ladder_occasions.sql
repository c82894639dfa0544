-- K12. A purchase occasion lives from its day until everything bought that day has been refunded in
-- full, and keeps its customer active for W days.
with customer_days as (

    select * from {{ ref('customer_days') }}

),

refunded_orders as (

    select * from {{ ref('refunded_orders') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

lasting as (

    select
        customer_id,
        order_date,
        orders as occasions_by_order,
        cast(null as date) as refunded_on
    from customer_days

),

-- An order refunded in full was an occasion for a while, if it was the only one of its day.
refunded as (

    select
        customer_id,
        order_date,
        count(*) as occasions_by_order,
        max(fully_refunded_on) as refunded_on
    from refunded_orders
    where
        fully_refunded_on is not null
        and is_qualifying
        and customer_id is not null
    group by customer_id, order_date

),

occasions as (

    select * from lasting

    union all

    select refunded.*
    from refunded
    {%- if var('occasion_unit') == 'date' %}
    left join lasting
        on
            refunded.customer_id = lasting.customer_id
            and refunded.order_date = lasting.order_date
    where lasting.customer_id is null
    {%- endif %}

)

select
    occasions.customer_id,
    occasions.order_date,
    {{ 'occasions.occasions_by_order' if var('occasion_unit') == 'order' else '1' }} as occasions,
    occasions.refunded_on,
    least(
        {{ add_days('occasions.order_date', var('activity_window_days')) }}, occasions.refunded_on
    ) as active_until
from occasions
cross join run_context
where
    occasions.order_date <= run_context.as_of_date
    and occasions.order_date is distinct from occasions.refunded_on
