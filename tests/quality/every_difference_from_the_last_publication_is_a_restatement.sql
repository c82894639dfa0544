-- From the other end: both publications are totalled apart, and where they differ is what restatements
-- lists, and no more. Not when looking back: the last publication knew of refunds that came after.
{%- set measures = ['orders', 'revenue', 'refunded_amount', 'margin', 'customers', 'new_customers'] %}
with comparison as (

    select * from {{ ref('comparison') }} where as_of_date >= published_as_of

),

sales as (

    {% for side, relation in [('old', ref('stg_previous_orders')), ('new', ref('orders'))] -%}
    select
        '{{ side }}' as side,
        {{ period_start('month', 'sales.order_date') }} as month,
        sales.customer_id,
        sales.revenue,
        sales.refunded_amount,
        sales.revenue - sales.cost as margin
    from {{ relation }} as sales
    cross join comparison
    where sales.order_date <= comparison.last_day
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

first_months as (

    select
        side,
        customer_id,
        min(month) as month
    from sales
    where customer_id is not null
    group by side, customer_id

),

newcomers as (

    select
        side,
        month,
        count(*) as new_customers
    from first_months
    group by side, month

),

totals as (

    select
        sales.side,
        sales.month,
        count(*) as orders,
        sum(sales.revenue) as revenue,
        sum(sales.refunded_amount) as refunded_amount,
        {{ known_total('sales.margin') }} as margin,
        count(distinct sales.customer_id) as customers,
        coalesce(max(newcomers.new_customers), 0) as new_customers
    from sales
    left join newcomers
        on
            sales.side = newcomers.side
            and sales.month = newcomers.month
    group by sales.side, sales.month

),

months as (

    select distinct month from totals

),

expected as (

    {% for measure in measures -%}
    select
        '{{ measure }}' as measure,
        months.month,
        cast(case when published.month is null then 0 else published.{{ measure }} end as decimal(28, 2)) as old,
        cast(case when totals.month is null then 0 else totals.{{ measure }} end as decimal(28, 2)) as new
    from months
    left join totals as published
        on
            months.month = published.month
            and published.side = 'old'
    left join totals
        on
            months.month = totals.month
            and totals.side = 'new'
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

found as (

    select
        restatements.measure,
        restatements.month,
        restatements.old,
        restatements.new
    from {{ ref('restatements') }} as restatements
    cross join comparison

)

(
    select
        measure,
        month,
        old,
        new
    from expected
    where old is distinct from new
    except
    select
        measure,
        month,
        old,
        new
    from found
)

union all

(
    select
        measure,
        month,
        old,
        new
    from found
    except
    select
        measure,
        month,
        old,
        new
    from expected
)
