-- No row: there is no last publication, or its money is in another currency.
with last_publication as (

    select * from {{ ref('stg_previous_run') }}

),

run_context as (

    select * from {{ ref('run_context') }}

)

select
    last_publication.as_of_date as published_as_of,
    run_context.as_of_date,
    least(last_publication.as_of_date, run_context.as_of_date) as last_day
from last_publication
cross join run_context
where
    last_publication.as_of_date is not null
    and run_context.as_of_date is not null
    and coalesce(last_publication.base_currency = run_context.base_currency, true)
