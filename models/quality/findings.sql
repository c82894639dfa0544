-- Rows that count, and of which somebody should know: nothing was changed or left out for these.
with exchange_links as (

    select * from {{ ref('exchange_links') }} where problem is not null

),

rule_codes as (

    select * from {{ ref('rule_codes') }}

)

select
    'orders' as entity,
    exchange_links.file,
    exchange_links.file_line as line_no,
    exchange_links.order_id as row_key,
    exchange_links.problem as rule_code,
    rule_codes.message
from exchange_links
left join rule_codes
    on exchange_links.problem = rule_codes.rule_code
