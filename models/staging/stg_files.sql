{% if var('sources') -%}
-- Where this project is a package, a relation is what a file is otherwise.
with files as (

    {% for entity in entities() -%}
    {%- for relation in given_relations(entity) -%}
    select
        '{{ entity }}' as entity,
        {{ relation_name(relation) }} as file,
        count(*) as rows_in,
        {{ "'" ~ declared_returns(entity) ~ "'" if declared_returns(entity) else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as returns
    from {{ relation }}
    union all
    {% endfor -%}
    {%- endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as entity,
        cast(null as {{ dbt.type_string() }}) as file,
        cast(null as bigint) as rows_in,
        cast(null as {{ dbt.type_string() }}) as returns
    where 1 = 0

)

select
    entity,
    file,
    rows_in,
    file as source,
    returns
from files
{%- else -%}
select
    entity,
    file,
    cast(rows_in as bigint) as rows_in,
    source,
    returns
from {{ source('raw', 'files') }}
{%- endif %}
