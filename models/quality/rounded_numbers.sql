-- What was rounded on the way in: money to 2 decimals, quantities, prices and rates to 6.
with rounded_numbers as (

    select * from {{ ref('stg_rounded_numbers') }}

)

select * from rounded_numbers
