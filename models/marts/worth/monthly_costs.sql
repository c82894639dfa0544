-- What was spent on new and on existing customers, month by month. What is spent on someone before the month of their
-- first order, or on someone who never buys, is spent on winning new ones.
{{ config(materialized='view') }}

with costs as (

    select * from {{ ref('service_costs') }} where problem is null

),

facts as (

    select
        customer_id,
        {{ period_start('month', 'first_order_date') }} as first_month
    from {{ ref('customer_facts') }}

),

calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people

),

known_kinds as (

    select
        count(*) > 0 as has_costs,
        coalesce(bool_or(kind = 'acquisition'), false) as has_acquisition,
        coalesce(bool_or(kind = 'service'), false) as has_service
    from costs

),

spent as (

    select
        costs.month,
        sum(case when costs.kind = 'acquisition' then costs.amount else 0 end) as acquisition_cost,
        sum(case when costs.month > facts.first_month then 0 else costs.amount end) as cost_new,
        sum(case when costs.month > facts.first_month then costs.amount else 0 end) as cost_existing
    from costs
    left join facts
        on costs.customer_id = facts.customer_id
    group by costs.month

)

select
    calendar_months.month,
    cast(case when known_kinds.has_acquisition then coalesce(spent.acquisition_cost, 0) end as decimal(28, 2))
        as acquisition_cost,
    cast(case when known_kinds.has_costs then coalesce(spent.cost_new, 0) end as decimal(28, 2)) as cost_new,
    cast(case when known_kinds.has_costs then coalesce(spent.cost_existing, 0) end as decimal(28, 2)) as cost_existing,
    -- A share of what is spent on customers needs to know what serving them costs.
    case
        when known_kinds.has_acquisition and known_kinds.has_service
            then {{ ratio('spent.acquisition_cost', 'spent.cost_new + spent.cost_existing') }}
    end as acquisition_cost_share
from calendar_months
cross join known_kinds
left join spent
    on calendar_months.month = spent.month
