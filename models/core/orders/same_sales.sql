-- Which of two orders counts where a sale stands in two sources: the one that says more, lines and costs, or else
-- the earlier one.
with possible as (

    select * from {{ ref('possible_same_sales') }}

),

lines as (

    select * from {{ ref('orders_from_lines') }}

),

-- Where one side does not know its customer, only a pair that can be no other is certain.
counted as (

    select
        *,
        is_near and (
            is_of_one_customer
            or (
                count(*) over (partition by order_id, other_source, is_near) = 1
                and count(*) over (partition by other_id, source, is_near) = 1
            )
        ) as is_certain
    from possible

),

certain as (

    select * from counted where is_certain

),

{{ nearest_pairs(
    relation='certain',
    left='order_id, other_source',
    right='other_id, source',
    order_by='seconds_apart, order_id, other_id'
) }},

weighed as (

    select
        pairs.*,
        case when pairs.has_cost then 2 when lines.order_id is not null then 1 else 0 end as detail,
        case when pairs.other_has_cost then 2 when other_lines.order_id is not null then 1 else 0 end as other_detail
    from matched_pairs as pairs
    left join lines
        on pairs.order_id = lines.order_id
    left join lines as other_lines
        on pairs.other_id = other_lines.order_id
    where pairs.is_chosen

),

ordered as (

    select
        *,
        case
            when detail <> other_detail then detail > other_detail
            when ordered_at <> other_ordered_at then ordered_at < other_ordered_at
            else order_id < other_id
        end as is_first_kept
    from weighed

)

select
    case when is_first_kept then other_id else order_id end as copy_id,
    case when is_first_kept then order_id else other_id end as kept_id,
    customer_id,
    amount
from ordered
