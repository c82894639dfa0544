-- K12. Every change adds to or takes from running sums: the occasions that live, whether they keep the
-- person active, and whether there has been interest. So a lapse, a return and a refund have their own
-- dates, and the past is never rewritten by what came later. Occasions are followed up to
-- regular_min_occasions: later ones move nobody to another rung.
{{ config(materialized='view') }}

with occasions as (

    select * from {{ ref('ladder_occasions') }}

),

customers as (

    select * from {{ ref('customers') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

changes as (

    select
        customer_id,
        known_on as changed_on,
        0 as occasions,
        0 as activity,
        -- Whoever orders has shown interest, whatever became of the order.
        case when first_booked_on <= known_on then 1 else 0 end as interest,
        case when is_known_on_unsure then 1 else 0 end as unsure
    from customers

    union all

    select
        customer_id,
        first_booked_on as changed_on,
        0 as occasions,
        0 as activity,
        1 as interest,
        0 as unsure
    from customers
    where first_booked_on > known_on

    union all

    select
        customer_id,
        order_date as changed_on,
        occasions,
        case when is_arrival then 1 else 0 end as activity,
        0 as interest,
        0 as unsure
    from occasions
    where is_arrival or has_refund or occasions_so_far - occasions < {{ var('regular_min_occasions') }}

    union all

    select
        customer_id,
        lapses_on as changed_on,
        0 as occasions,
        -1 as activity,
        0 as interest,
        0 as unsure
    from occasions
    where lapses_on is not null

    union all

    select
        customer_id,
        refunded_on as changed_on,
        -occasions as occasions,
        0 as activity,
        0 as interest,
        0 as unsure
    from occasions
    where refunded_on is not null

)

select
    changes.customer_id,
    changes.changed_on,
    cast(sum(changes.occasions) as bigint) as occasions_added,
    cast(sum(changes.activity) as bigint) as activity_added,
    cast(sum(changes.interest) as bigint) as interest_added,
    max(changes.unsure) > 0 as is_known_on_unsure
from changes
cross join run_context
where changes.changed_on <= run_context.as_of_date
group by changes.customer_id, changes.changed_on
