-- Headers for sources that have none: an order is what its lines say together.
with sold_lines as (

    {{ sold_lines() }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

-- A line below zero lowers the amount, and says nothing of whose the order is, of its time and its status.
lines as (

    select
        sold_lines.order_id,
        sold_lines.quantity,
        sold_lines.unit_price,
        sold_lines.unit_cost,
        sold_lines.file,
        sold_lines.file_line,
        sold_lines.quantity >= 0 as is_sold,
        case when sold_lines.quantity >= 0 then sold_lines.customer_id end as customer_id,
        case when sold_lines.quantity >= 0 then sold_lines.ordered_at end as ordered_at,
        case when sold_lines.quantity >= 0 then sold_lines.status end as status,
        upper(sold_lines.currency) as currency,
        coalesce(currencies.currency, upper(sold_lines.currency), settings.base_currency) as iso_currency
    from sold_lines
    cross join settings
    left join currencies
        on upper(sold_lines.currency) = currencies.spelling

),

statuses_in_use as (

    select count(status) > 0 as are_given from lines

),

-- With a line in quarantine, nobody knows the cost of the whole.
orders_with_rejected_lines as (

    select distinct order_id
    from {{ ref('stg_order_lines') }}
    where rule_code <> 'duplicate_exact'

)

select
    lines.order_id,
    min(lines.customer_id) as customer_id,
    min(lines.ordered_at) as ordered_at,
    coalesce(min(lines.status), 'paid') as status,
    min(lines.currency) as currency,
    try_cast(sum({{ line_amount('lines.quantity', 'lines.unit_price') }}) as decimal(18, 2)) as amount,
    try_cast(
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
            {{ differs('lines.customer_id', 'lines.is_sold') }} or {{ differs('lines.status', 'lines.is_sold') }}
            or {{ differs('lines.iso_currency') }}
            then 'order_id_conflict'
        when
            count(*) > count({{ line_amount('lines.quantity', 'lines.unit_price') }})
            or try_cast(sum({{ line_amount('lines.quantity', 'lines.unit_price') }}) as decimal(18, 2)) is null
            then 'amount_too_large'
    end as rule_code
from lines
cross join statuses_in_use
left join orders_with_rejected_lines as rejected
    on lines.order_id = rejected.order_id
group by lines.order_id
