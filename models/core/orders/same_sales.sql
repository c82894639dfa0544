-- Which of two orders counts where a sale stands in two sources: the one that says more, lines and costs, or else
-- the earlier one.
with possible as (

    select * from {{ ref('possible_same_sales') }}

),

lines as (

    select * from {{ ref('orders_from_lines') }}

),

customers_beside as (

    select
        order_id,
        count(distinct customer_id) as customers
    from (
        select
            order_id,
            customer_id
        from possible
        where is_near
        union all
        select
            other_id as order_id,
            customer_id
        from possible
        where is_near
    ) as ends
    group by order_id

),

-- Where one side does not know its customer, only a pair that can be no other, and no other customer's, is certain.
counted as (

    select
        possible.*,
        possible.is_near and (
            possible.is_of_one_customer
            or (
                count(*) over (partition by possible.order_id, possible.other_source, possible.is_near) = 1
                and count(*) over (partition by possible.other_id, possible.source, possible.is_near) = 1
                and lefts.customers <= 1
                and rights.customers <= 1
            )
        ) as is_certain
    from possible
    left join customers_beside as lefts
        on possible.order_id = lefts.order_id
    left join customers_beside as rights
        on possible.other_id = rights.order_id

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
    from counted
    where is_certain

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
