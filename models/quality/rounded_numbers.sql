-- What was rounded on the way in: money to 2 decimals, quantities, prices and rates to 6.
select
    entity,
    file,
    column_name,
    rows_rounded
from {{ ref('stg_rounded_numbers') }}
