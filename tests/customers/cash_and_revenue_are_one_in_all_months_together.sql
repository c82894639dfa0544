-- The two views of refunds reconcile, and revenue is that of the orders, month by month.
with orders as (

    select
        {{ period_start('month', 'order_date') }} as month,
        sum(revenue) as revenue
    from {{ ref('orders') }}
    group by {{ period_start('month', 'order_date') }}

)

select
    'all months' as what,
    sum(cash) as found,
    sum(revenue) as expected
from {{ ref('cash_months') }}
having sum(cash) <> sum(revenue)

union all

select
    cast(months.month as {{ dbt.type_string() }}) as what,
    months.revenue as found,
    orders.revenue as expected
from {{ ref('cash_months') }} as months
left join orders
    on months.month = orders.month
where months.revenue <> coalesce(orders.revenue, 0)
