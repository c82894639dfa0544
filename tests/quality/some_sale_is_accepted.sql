{{ config(meta={
    'sentence': 'None of the {rows_in} rows of the sales files could be accepted: {rows_quarantined} are in quarantine, the first in {file}, line {line_no}: {message}'
}) }}

-- Files without rows are fine; files of which nothing is left are a misunderstanding.
with accounting as (

    select
        sum(rows_in) as rows_in,
        sum(rows_loaded) as rows_loaded,
        sum(rows_quarantined) as rows_quarantined
    from {{ ref('row_accounting') }}
    where entity in ('orders', 'order_lines', 'bank_transactions')

),

first_rejected as (

    select
        file,
        line_no,
        message
    from {{ ref('quarantine') }}
    where entity in ('orders', 'order_lines', 'bank_transactions')
    order by entity, file, line_no
    limit 1

)

select
    accounting.*,
    first_rejected.*
from accounting
cross join first_rejected
where accounting.rows_in > 0 and accounting.rows_loaded = 0
