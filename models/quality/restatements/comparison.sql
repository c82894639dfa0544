-- No row: there is no last publication, or its money is in another currency.
with last_publication as (

    select * from {{ ref('stg_previous_run') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

settings as (

    select
        coalesce(cast(nullif('{{ var("as_of_date") or "" }}', '') as date), as_of_date)
            as asked_for
    from {{ ref('stg_settings') }}

)

-- An earlier as-of date that was asked for hides what came later; one that is the last date of the orders is
-- earlier because orders are gone.
select
    last_publication.as_of_date as published_as_of,
    run_context.as_of_date,
    least(last_publication.as_of_date, coalesce(settings.asked_for, last_publication.as_of_date)) as last_day
from last_publication
cross join run_context
cross join settings
where
    last_publication.as_of_date is not null
    and coalesce(last_publication.base_currency = run_context.base_currency, true)
