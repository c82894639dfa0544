select
    as_of_date,
    base_currency
from {{ source('raw', 'previous_run') }}
