-- Who changed, and how many of each rung did not. Shares are of those who started on a rung.
with moves as (

    select * from {{ ref('ladder_moves') }}

),

calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people

),

rungs as (

    {{ rungs_relation() }}

),

-- Whoever comes to a rung has left another; who lapses has changed, and yet stays.
comings_and_goings as (

    select
        ladder,
        month,
        from_rung as rung,
        customers as changed,
        case when to_rung = 'lapsed' then 0 else -customers end as gained
    from moves

    union all

    select
        ladder,
        month,
        to_rung as rung,
        0 as changed,
        customers as gained
    from moves

),

rung_months as (

    select
        ladder,
        month,
        rung,
        sum(changed) as changed,
        sum(gained) as gained
    from comings_and_goings
    group by ladder, month, rung

),

unchanged as (

    select
        rungs.ladder,
        calendar_months.month,
        rungs.rung as from_rung,
        'no change' as to_rung,
        sum(rung_months.gained) over (
            partition by rungs.ladder, rungs.rung order by calendar_months.month
            rows between unbounded preceding and 1 preceding
        ) - coalesce(rung_months.changed, 0) as customers
    from rungs
    cross join calendar_months
    left join rung_months
        on
            rungs.ladder = rung_months.ladder
            and rungs.rung = rung_months.rung
            and calendar_months.month = rung_months.month

),

transitions as (

    select * from moves

    union all

    select * from unchanged
    where customers > 0

)

select
    ladder,
    month,
    from_rung,
    to_rung,
    cast(customers as bigint) as customers,
    {{ ratio('customers', 'sum(customers) over (partition by ladder, month, from_rung)') }} as share
from transitions
