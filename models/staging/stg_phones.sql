{% if not var('sources') -%}
select
    phone,
    number as phone_number,
    is_valid
from {{ source('raw', 'phones') }}
{%- elif given_relations('phones') -%}
{%- for relation in given_relations('phones') %}
{%- if execute %}{% do columns_of(relation, 'phones', landed_columns('phones')) %}{% endif %}
select
    phone,
    phone_number,
    is_valid
from {{ relation }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- else -%}
-- Where this project is a package, there is no library to ask: a number is read only where it is written in full.
with texts as (

    {% for entity in ['customers', 'leads', 'orders'] -%}
    select phone from {{ landed(entity) }} where phone is not null
    {{ 'union' if not loop.last }}
    {% endfor %}

),

spelled as (

    select
        phone,
        {{ international_number('phone', var('phone_region')) }} as phone_number
    from texts

)

select
    phone,
    phone_number,
    phone_number is not null as is_valid
from spelled
{%- endif %}
