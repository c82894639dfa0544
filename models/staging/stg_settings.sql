select
    timezone,
    base_currency,
    cast(as_of_date as date) as as_of_date,
    cast(loaded_on as date) as loaded_on
from {{ source('raw', 'settings') }}
