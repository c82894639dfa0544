-- How many stand on each rung at the end of each month, and what they bought in it.
-- The last month is counted at the as-of date.
with transitions as (

    select * from {{ ref('ladder_transitions') }}

),

revenue as (

    select * from {{ ref('ladder_revenue') }}

),

calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people

),

rungs as (

    {{ rungs_relation() }}

),

-- Whoever stands on a rung has come to it in the month, or was there.
standing as (

    select
        ladder,
        month,
        case when to_rung in ('no change', 'lapsed') then from_rung else to_rung end as rung,
        sum(customers) as customers
    from transitions
    group by 1, 2, 3

),

counted as (

    select
        rungs.ladder,
        calendar_months.month,
        rungs.rung_no,
        rungs.rung,
        cast(coalesce(standing.customers, 0) as bigint) as customers,
        coalesce(revenue.revenue, 0) as revenue,
        case when revenue.ladder is null then 0 else revenue.margin end as margin,
        calendar_months.is_complete
    from rungs
    cross join calendar_months
    left join standing
        on
            rungs.ladder = standing.ladder
            and rungs.rung = standing.rung
            and calendar_months.month = standing.month
    left join revenue
        on
            rungs.ladder = revenue.ladder
            and rungs.rung_no = revenue.rung_no
            and calendar_months.month = revenue.month

)

select
    ladder,
    month,
    rung_no,
    rung,
    customers,
    {{ ratio('customers', 'sum(customers) over (partition by ladder, month)') }} as share_of_customers,
    cast(revenue as decimal(28, 2)) as revenue,
    cast(margin as decimal(28, 2)) as margin,
    is_complete
from counted
