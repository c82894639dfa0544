-- What the accepted and the refused rows of a file are worth, as written, so that no money is lost either.
{% set moneys = {
    'orders': 'amount',
    'order_lines': line_amount('quantity', 'unit_price'),
    'refunds': 'amount',
    'bank_transactions': 'amount'
} %}
with rows_in as (

    {% for entity, amount in moneys.items() -%}
    select
        '{{ entity }}' as entity,
        file,
        file_line,
        {{ 'order_id' if entity == 'order_lines' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as order_id,
        upper(currency) as currency,
        {{ amount }} as amount
    from {{ ref('stg_' ~ entity) }}
    union all

    {% endfor -%}
    -- Lines that are no record have money that nobody can read.
    select
        entity,
        file,
        file_line,
        null as order_id,
        null as currency,
        null as amount
    from {{ ref('stg_rejected_lines') }}
    where entity in ('{{ moneys | join("', '") }}')

),

judged as (

    select * from {{ ref('judged_rows') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

-- A line or a refund that names no currency is in that of its order.
foreign_orders as (

    select
        orders.order_id,
        orders.currency
    from {{ ref('booked_orders') }} as orders
    inner join base
        on orders.currency <> base.base_currency

),

foreign_refunds as (

    select
        refunds.entity,
        refunds.file,
        refunds.file_line,
        refunds.currency
    from {{ ref('refunds') }} as refunds
    inner join base
        on refunds.currency <> base.base_currency

),

rows_with_verdict as (

    select
        rows_in.entity,
        rows_in.file,
        coalesce(
            case
                when rows_in.currency is not null then currencies.currency
                else coalesce(foreign_refunds.currency, foreign_orders.currency, base.base_currency)
            end,
            'unknown'
        ) as currency,
        -- What is no number in the notation of its file is no number here either.
        case
            when judged.rule_code = 'bad_number' and judged.rule_column in ('amount', 'quantity', 'unit_price')
                then null
            else rows_in.amount
        end as amount,
        judged.rule_code is null as is_loaded,
        coalesce(judged.rule_code = 'duplicate_exact', false) as is_duplicate
    from rows_in
    cross join base
    left join currencies
        on rows_in.currency = currencies.spelling
    left join foreign_orders
        on rows_in.order_id = foreign_orders.order_id
    left join foreign_refunds
        on
            rows_in.entity = foreign_refunds.entity
            and rows_in.file = foreign_refunds.file
            and rows_in.file_line = foreign_refunds.file_line
    left join judged
        on
            rows_in.entity = judged.entity
            and rows_in.file = judged.file
            and rows_in.file_line = judged.file_line

)

select
    entity,
    file,
    currency,
    cast(coalesce(sum(amount), 0) as decimal(28, 2)) as amount_in,
    cast(coalesce(sum(case when is_loaded then amount end), 0) as decimal(28, 2)) as amount_loaded,
    cast(coalesce(sum(case when not is_loaded and not is_duplicate then amount end), 0) as decimal(28, 2))
        as amount_quarantined,
    cast(coalesce(sum(case when is_duplicate then amount end), 0) as decimal(28, 2)) as amount_duplicate,
    count(*) - count(amount) as rows_without_amount
from rows_with_verdict
group by entity, file, currency
