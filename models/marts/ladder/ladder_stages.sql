-- Where everyone stands at the as-of date, on each ladder that has a rung for them.
with history as (

    select * from {{ ref('ladder_history') }}

),

states as (

    select * from {{ ref('ladder_states') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

open_stays as (

    select * from history where valid_to is null

),

highest as (

    select
        ladder,
        customer_id,
        max(rung_no) as highest_rung_no
    from history
    group by ladder, customer_id

),

rungs as (

    {{ rungs_relation() }}

),

activity as (

    select
        customer_id,
        max(occasions) as most_occasions,
        max_by(occasions, valid_from) as occasions,
        max_by(is_active, valid_from) as is_active,
        max_by(valid_from, valid_from) filter (where cause = 'return') as returned_on,
        max_by(valid_from, valid_from) filter (where cause = 'lapse') as lapsed_on
    from states
    group by customer_id

)

select
    open_stays.ladder,
    open_stays.customer_id,
    open_stays.rung_no,
    open_stays.rung,
    rungs.rung as highest_rung_ever,
    case
        when activity.occasions = 0 then 'never_bought'
        when not activity.is_active then 'lapsed'
        when activity.lapsed_on is not null then 'returned'
        else 'active'
    end as activity,
    open_stays.valid_from as since,
    1 as turn_no,
    'no_data' as evidence,
    false as wallet_known,
    run_context.as_of_date
from open_stays
inner join highest
    on
        open_stays.ladder = highest.ladder
        and open_stays.customer_id = highest.customer_id
inner join rungs
    on
        highest.ladder = rungs.ladder
        and highest.highest_rung_no = rungs.rung_no
inner join activity
    on open_stays.customer_id = activity.customer_id
cross join run_context
