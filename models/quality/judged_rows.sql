-- Not stored: every row that does not count, with the first rule it broke, on its own or beside others.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{% for entity, name in entities().items() -%}
select
    '{{ entity }}' as entity,
    file,
    file_line,
    {{ name }} as row_key,
    rule_code,
    rule_column
from {{ ref('stg_' ~ entity) }}
where rule_code is not null

union all

{% endfor -%}
select
    entity,
    file,
    file_line,
    cast(null as {{ dbt.type_string() }}) as row_key,
    rule_code,
    cast(null as {{ dbt.type_string() }}) as rule_column
from {{ ref('stg_rejected_lines') }}

union all

select
    'orders' as entity,
    file,
    file_line,
    order_id as row_key,
    rule_code,
    case rule_code when 'same_sale' then 'ordered_at' else 'currency' end as rule_column
from {{ ref('booked_orders') }}
where rule_code is not null and not is_derived

union all

select
    'order_lines' as entity,
    file,
    file_line,
    order_id as row_key,
    rule_code,
    case rule_code
        when 'missing_ordered_at' then 'ordered_at'
        when 'missing_status' then 'status'
        else 'order_id'
    end as rule_column
from {{ ref('order_lines') }}
where rule_code is not null

union all

select
    entity,
    file,
    file_line,
    refund_id as row_key,
    rule_code,
    case rule_code
        when 'missing_ordered_at' then 'ordered_at'
        when 'amount_too_large' then 'quantity'
        when 'currency_unknown' then 'currency'
        when 'refund_currency_mismatch' then 'currency'
        when 'refund_before_order' then 'refunded_at'
        when 'refund_line_unknown' then 'line_no'
        when 'refund_exceeds_order' then 'amount'
        else 'order_id'
    end as rule_column
from {{ ref('refunds') }}
where rule_code is not null

union all

select
    'bank_transactions' as entity,
    file,
    file_line,
    transaction_id as row_key,
    rule_code,
    'currency' as rule_column
from {{ ref('payments') }}
where rule_code is not null

union all

select
    'referrals' as entity,
    file,
    file_line,
    referrer_customer_id as row_key,
    rule_code,
    'referred_customer_id' as rule_column
from {{ ref('referrals') }}
where rule_code is not null
