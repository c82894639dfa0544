-- Everything that says money was given back: the refunds files, and returns with the order they were found to be of.
{{ config(materialized='view') }}

with refunds as (

    select * from {{ ref('stg_refunds') }} where rule_code is null

),

returns as (

    select * from {{ ref('valued_returns') }}

),

same_sales as (

    select * from {{ ref('same_sales') }}

),

-- A sale that stands in three sources is kept in one of them, maybe only as the copy of a copy.
first_kept as (

    select
        same_sales.copy_id,
        coalesce(min(case when copies.copy_id is null then same_sales.kept_id end), min(same_sales.kept_id)) as kept_id
    from same_sales
    left join same_sales as copies
        on same_sales.kept_id = copies.copy_id
    group by same_sales.copy_id

),

kept_sales as (

    select
        copies.copy_id,
        coalesce(kept_of_kept.kept_id, kept.kept_id, copies.kept_id) as kept_id
    from first_kept as copies
    left join first_kept as kept
        on copies.kept_id = kept.copy_id
    left join first_kept as kept_of_kept
        on kept.kept_id = kept_of_kept.copy_id

)

-- Money given back for the copy of a sale was given back for the sale; the lines of the copy are not its lines.
select
    'refunds' as entity,
    refunds.refund_id,
    coalesce(kept_sales.kept_id, refunds.order_id) as order_id,
    case when kept_sales.kept_id is null then refunds.line_no end as line_no,
    refunds.refunded_at,
    refunds.amount,
    refunds.currency,
    refunds.file,
    refunds.file_line
from refunds
left join kept_sales
    on refunds.order_id = kept_sales.copy_id

union all

select
    entity,
    refund_id,
    order_id,
    line_no,
    returned_at as refunded_at,
    amount,
    currency,
    file,
    file_line
from returns
