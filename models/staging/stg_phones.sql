select
    phone,
    number as phone_number,
    is_valid
from {{ source('raw', 'phones') }}
