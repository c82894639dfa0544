-- Everybody's layers together are the money of the customers, of the months and of the costs. What was spent before
-- anybody was known is in no month.
with totals as (

    select
        (select coalesce(sum(revenue), 0) from {{ ref('customer_facts') }}) as of_facts,
        (select coalesce(sum(revenue), 0) from {{ ref('customer_profit') }}) as of_profits,
        (select coalesce(sum(revenue_new + revenue_existing), 0) from {{ ref('new_and_existing') }}) as of_months,
        (select coalesce(sum(margin), 0) from {{ ref('customer_facts') }}) as margin_of_facts,
        (select coalesce(sum(margin_1), 0) from {{ ref('customer_profit') }}) as margin_of_profits,
        (select coalesce(sum(amount), 0) from {{ ref('service_costs') }} where problem is null) as costs,
        (
            select coalesce(sum(service_costs.amount), 0)
            from {{ ref('service_costs') }} as service_costs
            inner join {{ ref('calendar_months') }} as months
                on service_costs.month = months.month
            where service_costs.problem is null and months.has_people
        ) as costs_in_months,
        (
            select sum(coalesce(cost_to_serve, 0) + coalesce(programme_cost, 0) + coalesce(acquisition_cost, 0))
            from {{ ref('customer_profit') }}
        ) as costs_of_profits,
        (select coalesce(sum(cost_new + cost_existing), 0) from {{ ref('new_and_existing') }}) as costs_of_months

)

select *
from totals
where
    of_facts <> of_profits
    or of_facts <> of_months
    or margin_of_facts <> margin_of_profits
    or costs <> coalesce(costs_of_profits, 0)
    or costs_in_months <> costs_of_months
