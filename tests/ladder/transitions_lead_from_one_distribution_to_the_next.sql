-- Whoever is on a rung at the end of a month came there or stayed; whoever was there went or stayed.
with distribution as (

    select
        ladder,
        month,
        rung,
        customers
    from {{ ref('ladder_distribution') }}

),

arrived as (

    select
        ladder,
        month,
        case when to_rung in ('no change', 'lapsed') then from_rung else to_rung end as rung,
        sum(customers) as customers
    from {{ ref('ladder_transitions') }}
    group by 1, 2, 3

),

started as (

    select
        ladder,
        month,
        from_rung as rung,
        sum(customers) as customers
    from {{ ref('ladder_transitions') }}
    group by 1, 2, 3

)

select
    'end of month' as moment,
    distribution.ladder,
    distribution.month,
    distribution.rung,
    distribution.customers,
    arrived.customers as by_transitions
from distribution
left join arrived
    on
        distribution.ladder = arrived.ladder
        and distribution.month = arrived.month
        and distribution.rung = arrived.rung
where distribution.customers <> coalesce(arrived.customers, 0)

union all

select
    'start of month' as moment,
    started.ladder,
    started.month,
    started.rung,
    distribution.customers,
    started.customers as by_transitions
from started
left join distribution
    on
        started.ladder = distribution.ladder
        and started.month = {{ add_months('distribution.month', 1) }}
        and started.rung = distribution.rung
where started.rung <> 'not on the ladder' and started.customers is distinct from distribution.customers
