with judged as (

    select * from {{ ref('judged_rows') }} where rule_code <> 'duplicate_exact'

),

landed as (

    select * from {{ ref('stg_landed_text') }}

),

rejected_lines as (

    select * from {{ ref('stg_rejected_lines') }}

),

rule_codes as (

    select * from {{ ref('rule_codes') }}

)

select
    judged.entity,
    judged.file,
    judged.file_line as line_no,
    judged.row_key,
    judged.rule_code,
    replace(rule_codes.message, '{column}', coalesce(judged.rule_column, 'row')) as message,
    coalesce(landed.raw_text, rejected_lines.raw_text) as raw_text
from judged
left join rule_codes
    on case when judged.rule_code like 'missing%' then 'missing_column' else judged.rule_code end = rule_codes.rule_code
left join landed
    on
        judged.entity = landed.entity
        and judged.file = landed.file
        and judged.file_line = landed.file_line
left join rejected_lines
    on
        judged.file = rejected_lines.file
        and judged.file_line = rejected_lines.file_line
