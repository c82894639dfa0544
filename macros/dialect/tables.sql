{#-
What Spark does to a table that a contract describes. It counts in 32 bits and multiplies decimals in other
widths than DuckDB: so every column is brought to the type of its contract, and a value that does not fit ends
the run. That the columns are those of the contract is asserted.
-#}
{% macro spark__get_select_subquery(sql) -%}
    select
        {%- for column in model.columns.values() %}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%}
    {%- set given = get_column_schema_from_query(sql) | map(attribute='name') | list -%}
    {%- set declared = model.columns.keys() | list -%}
    {%- if given | sort != declared | sort -%}
        {{ exceptions.raise_compiler_error(
            'The columns of ' ~ model.name ~ ' are ' ~ given | join(', ') ~ '; its contract has ' ~ declared | join(', ') ~ '.'
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        {%- set sql = get_select_subquery(sql) -%}
    {%- endif -%}
    create or replace view {{ relation }} as
    {{ sql }}
{%- endmacro %}

{#-
The tables of `raw`. DuckDB has them in the warehouse that was landed; Spark reads the Parquet folders that
scripts/spark.py has written, one for each table, if it is told where they are.
-#}
{% macro register_raw() %}{{ return(adapter.dispatch('register_raw', 'loyalty_ladder')()) }}{% endmacro %}
{% macro duckdb__register_raw() %}{% endmacro %}
{% macro spark__register_raw() %}
    {%- set folder = env_var('LADDER_RAW', '') -%}
    {%- if is_built() and folder -%}
        {%- do run_query('create schema if not exists raw') -%}
        {%- for source in graph.sources.values() if source.package_name == 'loyalty_ladder' -%}
            {%- do run_query('drop table if exists raw.' ~ source.name) -%}
            {%- do run_query(
                'create table raw.' ~ source.name ~ " using parquet location '" ~ folder ~ '/' ~ source.name ~ "'"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{#- The rows of a seed as literals: the session's own way to bind values cannot write an apostrophe. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set sql -%}
        insert into {{ this.render() }} values
        {%- for row in agate_table.rows %}
        ({%- for value in row -%}
            {%- set name = agate_table.column_names[loop.index0] -%}
            cast({{ 'null' if value is none else "'" ~ value | string | replace('\\', '\\\\') | replace("'", "\\'") ~ "'" }}
            as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}){{ ', ' if not loop.last }}
        {%- endfor -%}){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}
