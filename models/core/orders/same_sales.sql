-- Which of two orders counts where a sale stands in two sources: the one that says more, lines and costs, or else
-- the earlier one.
with lines as (

    select * from {{ ref('orders_from_lines') }}

),

certain as (

    select
        *,
        1 as one_sale,
        least(ordered_at, other_ordered_at) as begins_at,
        max(greatest(ordered_at, other_ordered_at)) over (
            partition by source, other_source, customer_id, amount
            order by least(ordered_at, other_ordered_at), order_id, other_id
            rows between unbounded preceding and 1 preceding
        ) as others_end_at
    from {{ ref('certain_same_sales') }}

),

-- Between two spells no pair reaches: so those who buy one thing for years are not matched all at once.
in_spells as (

    select
        *,
        sum(case when begins_at > others_end_at then 1 else 0 end) over (
            partition by source, other_source, customer_id, amount
            order by begins_at, order_id, other_id
            rows between unbounded preceding and current row
        ) as spell_no
    from certain

),

matched_pairs as (

    {{ allocated(
        pairs='in_spells',
        group_by='source, other_source, customer_id, amount, spell_no',
        left_id='order_id',
        right_id='other_id',
        left_amount='one_sale',
        right_amount='one_sale',
        order_by='seconds_apart, order_id, other_id'
    ) }}

),

weighed as (

    select
        certain.*,
        case when certain.has_cost then 2 when lines.order_id is not null then 1 else 0 end as detail,
        case when certain.other_has_cost then 2 when other_lines.order_id is not null then 1 else 0 end as other_detail
    from matched_pairs
    inner join certain
        on matched_pairs.order_id = certain.order_id and matched_pairs.other_id = certain.other_id
    left join lines
        on certain.order_id = lines.order_id
    left join lines as other_lines
        on certain.other_id = other_lines.order_id

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
