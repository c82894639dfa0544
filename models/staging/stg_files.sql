select
    entity,
    file,
    cast(rows_in as bigint) as rows_in
from {{ source('raw', 'files') }}
