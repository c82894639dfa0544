-- Old is new without what has changed since; a test holds it to what was published.
with corrections as (

    select * from {{ ref('corrections') }}

),

buyer_corrections as (

    select * from {{ ref('buyer_corrections') }}

),

changes as (

    {% for measure in ['orders', 'revenue', 'refunded_amount', 'margin'] -%}
    select
        '{{ measure }}' as measure,
        corrections.month,
        corrections.cause,
        sum(corrections.{{ measure }}) as change,
        sum({{ 'corrections.unknown_margins' if measure == 'margin' else 0 }}) as unknown_margins,
        count(distinct corrections.order_id) as orders
    from corrections
    where corrections.{{ measure }} <> 0{{ ' or corrections.unknown_margins <> 0' if measure == 'margin' }}
    group by corrections.month, corrections.cause

    union all

    {% endfor -%}
    select
        buyer_corrections.measure,
        buyer_corrections.month,
        buyer_corrections.cause,
        sum(buyer_corrections.change) as change,
        0 as unknown_margins,
        sum(buyer_corrections.orders) as orders
    from buyer_corrections
    group by buyer_corrections.measure, buyer_corrections.month, buyer_corrections.cause

),

months as (

    select distinct month from changes

),

totals as (

    select
        months.month,
        count(*) as orders,
        sum(orders.revenue) as revenue,
        sum(orders.refunded_amount) as refunded_amount,
        sum(orders.margin) as margin,
        count(*) - count(orders.margin) as unknown_margins,
        count(distinct orders.customer_id) as customers,
        count(case when orders.order_number = 1 then 1 end) as new_customers
    from {{ ref('orders') }} as orders
    inner join months
        on {{ period_start('month', 'orders.order_date') }} = months.month
    cross join {{ ref('comparison') }} as comparison
    where orders.order_date <= comparison.last_day
    group by months.month

),

changes_and_totals as (

    select
        changes.*,
        sum(changes.change) over (partition by changes.measure, changes.month) as change_of_month,
        sum(changes.unknown_margins) over (partition by changes.measure, changes.month) as change_of_unknown,
        case when changes.measure = 'margin' then coalesce(totals.unknown_margins, 0) else 0 end as now_unknown,
        coalesce(
            case changes.measure
                when 'orders' then totals.orders
                when 'revenue' then totals.revenue
                when 'refunded_amount' then totals.refunded_amount
                when 'margin' then totals.margin
                when 'customers' then totals.customers
                when 'new_customers' then totals.new_customers
            end, 0
        ) as total
    from changes
    left join totals
        on changes.month = totals.month

),

restated as (

    select
        measure,
        month,
        cast(case when now_unknown = change_of_unknown then total - change_of_month end as decimal(28, 2)) as old,
        cast(case when now_unknown = 0 then total end as decimal(28, 2)) as new,
        cause,
        cast(case when now_unknown = 0 and change_of_unknown = 0 then change end as decimal(28, 2)) as change,
        cast(orders as bigint) as orders
    from changes_and_totals

)

select *
from restated
where coalesce(change <> 0, old is distinct from new)
