-- Whoever is on a rung at the end of a month has gone or stayed by the end of the next.
with months as (

    select distinct month from {{ ref('ladder_distribution') }}

),

stood as (

    select
        distribution.ladder,
        months.month,
        distribution.rung,
        distribution.customers
    from {{ ref('ladder_distribution') }} as distribution
    inner join months
        on {{ add_months('distribution.month', 1) }} = months.month
    where distribution.customers > 0

),

started as (

    select
        ladder,
        month,
        from_rung as rung,
        sum(customers) as customers
    from {{ ref('ladder_transitions') }}
    where from_rung <> 'not on the ladder'
    group by ladder, month, from_rung

)

select
    coalesce(stood.ladder, started.ladder) as ladder,
    coalesce(stood.month, started.month) as month,
    coalesce(stood.rung, started.rung) as rung,
    stood.customers,
    started.customers as by_transitions
from stood
full outer join started
    on
        stood.ladder = started.ladder
        and stood.month = started.month
        and stood.rung = started.rung
where stood.customers is distinct from started.customers
