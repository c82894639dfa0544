-- S4-3, S4-27: what new customers bring and cost, and what existing ones do. New are all in the month of their first
-- order. Unbalanced is a month in which winning new ones took more of the spending than they brought of the revenue.
with customer_months as (

    select * from {{ ref('customer_months') }}

),

category_months as (

    select * from {{ ref('category_months') }}

),

monthly_costs as (

    select * from {{ ref('monthly_costs') }}

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

bought as (

    select
        months.month,
        {% for who, condition in [('new', '='), ('existing', '>')] -%}
        count(*) filter (where months.month {{ condition }} facts.first_month) as {{ who }}_customers,
        sum(case when months.month {{ condition }} facts.first_month then months.orders else 0 end) as orders_{{ who }},
        sum(case when months.month {{ condition }} facts.first_month then months.revenue else 0 end)
            as revenue_{{ who }},
        {% endfor -%}
        count(categories.customer_id) filter (where months.month > facts.first_month) as with_category,
        count(*) filter (where months.month > facts.first_month and categories.new_categories > 0) as with_new_category
    from customer_months as months
    inner join facts
        on months.customer_id = facts.customer_id
    left join category_months as categories
        on
            months.customer_id = categories.customer_id
            and months.month = categories.month
    group by months.month

),

-- People may be known long before anything is sold to them.
beginning as (

    select least(
        (select min(bought.month) from bought),
        (select min(spent.month) from monthly_costs as spent where spent.cost_new + spent.cost_existing > 0)
    ) as month

)

select
    calendar_months.month,
    calendar_months.is_complete,
    {% for who in ['new', 'existing'] -%}
    cast(coalesce(bought.{{ who }}_customers, 0) as bigint) as {{ who }}_customers,
    cast(coalesce(bought.orders_{{ who }}, 0) as bigint) as orders_{{ who }},
    cast(coalesce(bought.revenue_{{ who }}, 0) as decimal(28, 2)) as revenue_{{ who }},
    {% endfor -%}
    {{ ratio('bought.revenue_existing', 'bought.revenue_new + bought.revenue_existing') }} as share_from_existing,
    monthly_costs.acquisition_cost,
    monthly_costs.acquisition_cost_share,
    monthly_costs.cost_new,
    monthly_costs.cost_existing,
    {{ ratio('monthly_costs.cost_new', 'bought.orders_new') }} as cost_per_order_new,
    {{ ratio('monthly_costs.cost_existing', 'bought.orders_existing') }} as cost_per_order_existing,
    monthly_costs.acquisition_cost_share
    > {{ ratio('bought.revenue_new', 'bought.revenue_new + bought.revenue_existing') }} as is_unbalanced,
    {{ ratio('bought.with_new_category', 'bought.with_category') }} as cross_category_rate
from calendar_months
inner join monthly_costs
    on calendar_months.month = monthly_costs.month
left join bought
    on calendar_months.month = bought.month
inner join beginning
    on calendar_months.month >= beginning.month
