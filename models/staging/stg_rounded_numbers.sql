-- How often a number has more decimals than its type keeps, counted in the landed text: a zero too many is no loss.
with counts as (

    {% for entity in entities() -%}
    {%- set rows = landed(entity) -%}
    {%- if execute -%}
    {%- set columns = graph.nodes['model.loyalty_ladder.stg_' ~ entity].columns.values() -%}
    {%- for column in columns if column.data_type.startswith('decimal') %}
    select
        '{{ entity }}' as entity,
        _file as file,
        '{{ column.name }}' as column_name,
        count(*) as rows_rounded
    from {{ rows }}
    where {{ has_more_decimals(column.name, column.data_type.split(',')[1].rstrip(')') | int) }}
    group by _file
    union all
    {%- endfor %}
    {%- endif %}
    {% endfor %}
    select
        entity,
        file,
        cast(null as {{ dbt.type_string() }}) as column_name,
        rows_in as rows_rounded
    from {{ ref('stg_files') }}
    where 1 = 0

)

select
    entity,
    file,
    column_name,
    cast(rows_rounded as bigint) as rows_rounded
from counts
