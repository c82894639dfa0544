with of_people as (

    select
        stages.ladder,
        count(*) as customers,
        sum(profits.revenue) as revenue,
        sum(profits.margin_1) as margin_1,
        sum(profits.profit) as profit,
        sum(profits.acquisition_cost) as acquisition_cost,
        sum(significance.customers_brought) as customers_brought
    from {{ ref('ladder_stages') }} as stages
    inner join {{ ref('customer_profit') }} as profits
        on stages.customer_id = profits.customer_id
    inner join {{ ref('significance') }} as significance
        on stages.customer_id = significance.customer_id
    group by stages.ladder

),

of_rungs as (

    select
        ladder,
        sum(customers) as customers,
        sum(revenue) as revenue,
        sum(margin_1) as margin_1,
        sum(profit) as profit,
        sum(acquisition_cost) as acquisition_cost,
        sum(customers_brought) as customers_brought,
        sum(share_of_revenue) as share_of_revenue,
        sum(share_of_profit) as share_of_profit
    from {{ ref('rung_economics') }}
    group by ladder
    having sum(customers) > 0

)

select
    of_rungs.ladder,
    of_people.ladder as ladder_of_people
from of_rungs
full outer join of_people
    on of_rungs.ladder = of_people.ladder
where
    of_rungs.customers is distinct from of_people.customers
    or of_rungs.revenue is distinct from of_people.revenue
    or of_rungs.margin_1 is distinct from of_people.margin_1
    or of_rungs.profit is distinct from of_people.profit
    or of_rungs.acquisition_cost is distinct from of_people.acquisition_cost
    or of_rungs.customers_brought is distinct from of_people.customers_brought
    or abs(of_rungs.share_of_revenue - 1) > 1e-9
    or abs(of_rungs.share_of_profit - 1) > 1e-9
