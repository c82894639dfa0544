select
    entity,
    file,
    cast(file_line as bigint) as file_line,
    rule_code,
    raw_text
from {{ landed('rejected_lines') }}
