-- An exchange is an order given for another one of the same customer that still stood, until then at least. Whatever
-- else an order names in exchange_of, it is an order like others. Links lead back in time, so they make no circle.
-- What the copy of a sale says, or what is said of it, is said of the sale.
with said as (

    select
        coalesce(kept_sales.kept_id, headers.order_id) as order_id,
        coalesce(kept_originals.kept_id, headers.exchange_of) as exchange_of,
        headers.file,
        headers.file_line,
        row_number() over (
            partition by coalesce(kept_sales.kept_id, headers.order_id)
            order by kept_sales.kept_id nulls first, headers.order_id
        ) as place
    from {{ ref('stg_orders') }} as headers
    left join {{ ref('kept_sales') }} as kept_sales
        on headers.order_id = kept_sales.copy_id
    left join {{ ref('kept_sales') }} as kept_originals
        on headers.exchange_of = kept_originals.copy_id
    where headers.rule_code is null and headers.exchange_of is not null

),

headers as (

    select * from said
    where place = 1

),

orders as (

    select * from {{ ref('booked_orders') }} where rule_code is null

),

refunded as (

    select * from {{ ref('refunded_orders') }}

),

run_context as (

    select * from {{ ref('run_context') }}

)

select
    headers.order_id,
    headers.exchange_of,
    case
        when originals.order_id is null then 'orphan_exchange'
        when (originals.customer_id = exchanges.customer_id) is not true then 'exchange_of_another'
        when
            originals.ordered_at > exchanges.ordered_at
            or (originals.ordered_at = exchanges.ordered_at and links_of_originals.order_id is not null)
            or originals.order_id = exchanges.order_id
            then 'exchange_before_order'
        when not originals.is_qualifying or refunded.fully_refunded_on < exchanges.order_date
            then 'exchange_of_nothing'
    end as problem,
    headers.file,
    headers.file_line
from headers
cross join run_context
inner join orders as exchanges
    on headers.order_id = exchanges.order_id
left join orders as originals
    on headers.exchange_of = originals.order_id
left join headers as links_of_originals
    on headers.exchange_of = links_of_originals.order_id
left join refunded
    on headers.exchange_of = refunded.order_id
where exchanges.is_qualifying and exchanges.order_date <= run_context.as_of_date
