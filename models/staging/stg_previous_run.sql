select
    as_of_date,
    base_currency
from {{ landed('previous_run') }}
