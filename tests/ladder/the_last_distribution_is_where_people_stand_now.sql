with stages as (

    select
        ladder,
        rung_no,
        count(*) as customers
    from {{ ref('ladder_stages') }}
    group by ladder, rung_no

),

last_month as (

    select max(month) as month from {{ ref('ladder_distribution') }}

)

select
    distribution.ladder,
    distribution.rung_no,
    distribution.customers,
    stages.customers as standing
from {{ ref('ladder_distribution') }} as distribution
inner join last_month
    on distribution.month = last_month.month
left join stages
    on
        distribution.ladder = stages.ladder
        and distribution.rung_no = stages.rung_no
where distribution.customers <> coalesce(stages.customers, 0)
