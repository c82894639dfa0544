-- Counted person by person from the history and the ends of the windows, on the canonical ladder.
with arrivals as (

    select
        customer_id,
        rung_no,
        min(valid_from) as arrived_on
    from {{ ref('ladder_history') }}
    where
        ladder = 'canonical'
    group by customer_id, rung_no

),

lapses as (

    select
        occasions.customer_id,
        occasions.lapses_on
    from {{ ref('ladder_occasions') }} as occasions
    cross join {{ ref('run_context') }} as run_context
    where occasions.lapses_on <= run_context.as_of_date

),

first_lapses as (

    select
        arrivals.customer_id,
        arrivals.rung_no,
        arrivals.arrived_on,
        min(lapses.lapses_on) as lapsed_on
    from arrivals
    left join lapses
        on
            arrivals.customer_id = lapses.customer_id
            and arrivals.arrived_on < lapses.lapses_on
    group by arrivals.customer_id, arrivals.rung_no, arrivals.arrived_on

),

counted as (

    select
        retention.rung_no,
        retention.horizon_days,
        count(*) as entered,
        count(
            case
                when first_lapses.lapsed_on <= {{ add_days('first_lapses.arrived_on', 'retention.horizon_days') }}
                    then 1
            end
        ) as lapses
    from {{ ref('rung_retention') }} as retention
    inner join first_lapses
        on retention.rung_no = first_lapses.rung_no
    where retention.ladder = 'canonical'
    group by retention.rung_no, retention.horizon_days

)

select
    retention.rung_no,
    retention.horizon_days,
    retention.entered,
    retention.lapses,
    counted.entered as plain_entered,
    counted.lapses as plain_lapses
from {{ ref('rung_retention') }} as retention
left join counted
    on
        retention.rung_no = counted.rung_no
        and retention.horizon_days = counted.horizon_days
where
    retention.ladder = 'canonical'
    and (
        retention.entered <> coalesce(counted.entered, 0)
        or retention.lapses <> coalesce(counted.lapses, 0)
    )
