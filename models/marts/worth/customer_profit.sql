-- S3-10: what is left of a person's revenue, layer by layer. A layer whose input the data do not have is not
-- known, and neither is any below it; where they have it, whoever has no row of it has cost nothing.
with customers as (

    select * from {{ ref('customers') }}

),

facts as (

    select * from {{ ref('customer_facts') }}

),

costs as (

    select * from {{ ref('service_costs') }} where problem is null

),

known_kinds as (

    select
        coalesce(bool_or(kind = 'service'), false) as has_service,
        coalesce(bool_or(kind = 'programme'), false) as has_programme,
        coalesce(bool_or(kind = 'acquisition'), false) as has_acquisition,
        coalesce(bool_or(minutes is not null), false) as has_minutes
    from costs

),

costs_by_customer as (

    select
        customer_id,
        {{ money_sum("case when kind = 'service' then amount else 0 end") }} as cost_to_serve,
        {{ money_sum("case when kind = 'programme' then amount else 0 end") }} as programme_cost,
        {{ money_sum("case when kind = 'acquisition' then amount else 0 end") }} as acquisition_cost,
        -- Service without its time leaves the time unknown; what was paid to others takes none.
        case when not bool_or(kind = 'service' and minutes is null) then coalesce(sum(minutes), 0) end as minutes,
        true as has_costs
    from costs
    group by customer_id

),

inputs as (

    select
        customers.customer_id,
        cast(coalesce(facts.revenue, 0) as decimal(18, 2)) as revenue,
        cast(case when facts.customer_id is null then 0 else facts.cost end as decimal(18, 2)) as cost,
        cast(case when facts.customer_id is null then 0 else facts.margin end as decimal(18, 2)) as margin_1,
        case when known_kinds.has_service then coalesce(costs_by_customer.cost_to_serve, 0) end as cost_to_serve,
        case when known_kinds.has_programme then coalesce(costs_by_customer.programme_cost, 0) end as programme_cost,
        case when known_kinds.has_acquisition then coalesce(costs_by_customer.acquisition_cost, 0) end
            as acquisition_cost,
        case
            when known_kinds.has_minutes
                then case when costs_by_customer.has_costs then costs_by_customer.minutes else 0 end
        end as minutes
    from customers
    left join facts
        on customers.customer_id = facts.customer_id
    left join costs_by_customer
        on customers.customer_id = costs_by_customer.customer_id
    cross join known_kinds

),

layers as (

    select
        *,
        cast(margin_1 - cost_to_serve as decimal(18, 2)) as margin_2,
        cast(margin_1 - cost_to_serve - programme_cost as decimal(18, 2)) as margin_3,
        cast(margin_1 - cost_to_serve - programme_cost - acquisition_cost as decimal(18, 2)) as contribution
    from inputs

)

select
    customer_id,
    revenue,
    cost,
    margin_1,
    cost_to_serve,
    margin_2,
    programme_cost,
    margin_3,
    acquisition_cost,
    contribution,
    coalesce(contribution, margin_3, margin_2, margin_1) as profit,
    case
        when contribution is not null then 'contribution'
        when margin_3 is not null then 'margin_3'
        when margin_2 is not null then 'margin_2'
        when margin_1 is not null then 'margin_1'
    end as profit_layer,
    cast(minutes as decimal(18, 6)) as minutes
from layers
