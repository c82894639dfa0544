select
    entity,
    file,
    cast(rows_in as bigint) as rows_in,
    source,
    returns
from {{ source('raw', 'files') }}
