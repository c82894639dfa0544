-- Headers come from the orders files; where a source has none, from the order lines.
with headers as (

    select * from {{ ref('stg_orders') }} where rule_code is null

),

lines as (

    select * from {{ ref('stg_order_lines') }} where rule_code is null

),

files as (

    select * from {{ ref('stg_files') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

statuses as (

    select * from {{ ref('order_statuses') }}

),

statuses_in_use as (

    select count(status) > 0 as are_given from lines

),

-- With a line in quarantine, nobody knows the cost of the whole.
orders_with_rejected_lines as (

    select distinct order_id
    from {{ ref('stg_order_lines') }}
    where rule_code <> 'duplicate_exact'

),

lines_by_order as (

    select
        lines.order_id,
        min(lines.customer_id) as customer_id,
        min(lines.ordered_at) as ordered_at,
        coalesce(min(lines.status), 'paid') as status,
        min(upper(lines.currency)) as currency,
        cast(sum({{ line_amount('lines.quantity', 'lines.unit_price') }}) as decimal(18, 2)) as amount,
        cast(
            case
                when count(*) = count(lines.unit_cost) and count(rejected.order_id) = 0
                    then sum({{ line_amount('lines.quantity', 'lines.unit_cost') }})
            end as decimal(18, 2)
        ) as cost,
        min(lines.file) as file,
        min(lines.file_line) as file_line,
        case
            when min(lines.ordered_at) is null then 'missing_ordered_at'
            -- A source without a status sells what it lists; one with it must fill it in.
            when min(lines.status) is null and bool_or(statuses_in_use.are_given) then 'missing_status'
            when
                {{ differs('lines.customer_id') }} or {{ differs('lines.status') }}
                or {{ differs('upper(lines.currency)') }}
                then 'order_id_conflict'
            when count(*) > count({{ line_amount('lines.quantity', 'lines.unit_price') }}) then 'amount_too_large'
        end as rule_code
    from lines
    cross join statuses_in_use
    left join orders_with_rejected_lines as rejected
        on lines.order_id = rejected.order_id
    group by lines.order_id

),

orders as (

    select
        headers.order_id,
        headers.customer_id,
        headers.ordered_at,
        headers.status,
        upper(headers.currency) as currency,
        headers.amount,
        coalesce(headers.cost, lines_by_order.cost) as cost,
        headers.channel,
        headers.store_id,
        headers.manager_id,
        headers.file,
        headers.file_line,
        false as is_derived,
        cast(null as {{ dbt.type_string() }}) as rule_code
    from headers
    left join lines_by_order
        on headers.order_id = lines_by_order.order_id

    union all

    select
        order_id,
        customer_id,
        ordered_at,
        status,
        currency,
        amount,
        cost,
        null as channel,
        null as store_id,
        null as manager_id,
        file,
        file_line,
        true as is_derived,
        rule_code
    from lines_by_order
    where not exists (select 1 from files where files.entity = 'orders')

),

currencies_in_use as (

    select distinct currencies.currency
    from orders
    inner join currencies
        on orders.currency = currencies.spelling

),

-- The declared base currency, or the only one that the orders are in.
base as (

    select
        coalesce(
            max(settings.base_currency),
            case when min(known.currency) = max(known.currency) then min(known.currency) end
        ) as base_currency
    from settings
    left join currencies_in_use as known
        on true

),

orders_with_currency as (

    select
        orders.*,
        {{ local_date('orders.ordered_at', 'settings.timezone') }} as order_date,
        case when orders.currency is null then base.base_currency else currencies.currency end
            as iso_currency,
        base.base_currency
    from orders
    cross join settings
    cross join base
    left join currencies
        on orders.currency = currencies.spelling

),

orders_in_base as (

    select
        *,
        coalesce(iso_currency = base_currency, iso_currency is null and base_currency is null) as is_in_base
    from orders_with_currency

),

orders_with_rate as (

    select
        orders_in_base.*,
        case when orders_in_base.is_in_base then 1 else rates.rate end as rate
    from orders_in_base
    left join rates
        on
            orders_in_base.iso_currency = rates.currency
            and not orders_in_base.is_in_base
            and orders_in_base.order_date >= rates.valid_from
            and orders_in_base.order_date < rates.valid_to

)

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.order_date,
    orders.status,
    statuses.is_qualifying,
    statuses.is_genuine,
    orders.iso_currency as currency,
    orders.base_currency,
    cast(orders.rate as decimal(18, 6)) as rate,
    orders.amount as amount_in_currency,
    case when orders.is_in_base then orders.amount else {{ converted('orders.amount', 'orders.rate') }} end as amount,
    case when orders.is_in_base then orders.cost else {{ converted('orders.cost', 'orders.rate') }} end as cost,
    orders.channel,
    orders.store_id,
    orders.manager_id,
    orders.file,
    orders.file_line,
    orders.is_derived,
    coalesce(
        orders.rule_code,
        case
            when orders.currency is not null and orders.iso_currency is null then 'currency_unknown'
            when orders.rate is null then 'rate_missing'
            when not orders.is_in_base and {{ converted('orders.amount', 'orders.rate') }} is null
                then 'amount_too_large'
        end
    ) as rule_code
from orders_with_rate as orders
inner join statuses
    on orders.status = statuses.status
