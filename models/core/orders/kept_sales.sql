-- Of each copy of a sale that stands in several sources the order that counts: kept in one of them, maybe only as the
-- copy of a copy.
with same_sales as (

    select * from {{ ref('same_sales') }}

),

first_kept as (

    select
        same_sales.copy_id,
        coalesce(min(case when copies.copy_id is null then same_sales.kept_id end), min(same_sales.kept_id)) as kept_id
    from same_sales
    left join same_sales as copies
        on same_sales.kept_id = copies.copy_id
    group by same_sales.copy_id

)

select
    copies.copy_id,
    coalesce(kept_of_kept.kept_id, kept.kept_id, copies.kept_id) as kept_id
from first_kept as copies
left join first_kept as kept
    on copies.kept_id = kept.copy_id
left join first_kept as kept_of_kept
    on kept.kept_id = kept_of_kept.copy_id
