{% if var('sources') -%}
-- Where this project is a package, nothing was landed: the day of the run is the day of the landing.
select
    {{ text_literal(var('timezone')) }} as timezone,
    nullif({{ text_literal(var('base_currency')) }}, '') as base_currency,
    cast(null as date) as as_of_date,
    date '{{ run_started_at.date() }}' as loaded_on
{%- else -%}
select
    timezone,
    base_currency,
    cast(as_of_date as date) as as_of_date,
    cast(loaded_on as date) as loaded_on
from {{ source('raw', 'settings') }}
{%- endif %}
