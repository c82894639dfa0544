-- People of whom nobody has said since when they are known count from the as-of date on, which is not when they
-- came: they stand on the ladders, and are no newcomers of its month. Only their stays are imputed and yet last.
{{ config(materialized='view') }}

with stays as (

    select * from {{ ref('ladder_history') }} where is_imputed and valid_to is null

)

select
    ladder,
    {{ period_start('month', 'valid_from') }} as month,
    rung,
    count(*) as customers
from stays
group by ladder, {{ period_start('month', 'valid_from') }}, rung
