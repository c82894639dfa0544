-- In every month ahead nobody is won or lost but the newcomers, and those who leave the ladder altogether.
with rates as (

    select * from {{ ref('forecast_rates') }}

),

projections as (

    select
        ladder,
        origin_month,
        months_ahead,
        rung,
        customers
    from {{ ref('ladder_projections') }}

    union all

    select
        distribution.ladder,
        distribution.month as origin_month,
        0 as months_ahead,
        distribution.rung,
        cast(distribution.customers as double) as customers
    from {{ ref('ladder_distribution') }} as distribution
    inner join {{ ref('forecast_months') }} as forecast_months
        on distribution.month = forecast_months.origin_month

),

newcomers as (

    select
        ladder,
        origin_month,
        sum(per_month) as newcomers
    from rates
    where from_rung = 'not on the ladder'
    group by ladder, origin_month

),

staying as (

    select
        ladder,
        origin_month,
        from_rung,
        sum(per_month) as share
    from rates
    group by ladder, origin_month, from_rung

),

totals as (

    select
        projections.ladder,
        projections.origin_month,
        projections.months_ahead,
        sum(projections.customers) as customers,
        sum(projections.customers * staying.share) as staying
    from projections
    inner join staying
        on
            projections.ladder = staying.ladder
            and projections.origin_month = staying.origin_month
            and projections.rung = staying.from_rung
    group by projections.ladder, projections.origin_month, projections.months_ahead

)

select
    later.*,
    earlier.staying,
    newcomers.newcomers
from totals as later
left join totals as earlier
    on
        later.ladder = earlier.ladder
        and later.origin_month = earlier.origin_month
        and later.months_ahead = earlier.months_ahead + 1
left join newcomers
    on
        later.ladder = newcomers.ladder
        and later.origin_month = newcomers.origin_month
where
    later.months_ahead > 0
    and (abs(later.customers - earlier.staying - newcomers.newcomers) < 1e-6) is not true
