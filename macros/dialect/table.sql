{#-
A table of the warehouse under construction. dbt's own way builds beside, swaps and drops, so that readers of a live
database miss nothing; here the whole file is built aside, and to swap 200 tables is a tenth of a small run.
A contract is enforced as ever.
-#}
{% materialization table, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, target, compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#-
Ids are stored as they are: nearly every value is another one, so the dictionary that DuckDB tries first makes
writing them twice as slow. The columns and their types are those of the contract.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
(
    {%- for column in model.columns.values() %}
    {{ adapter.quote(column.name) if column.quote else column.name }} {{ column.data_type }}
        {%- if column.name.endswith('_id') %} using compression uncompressed{% endif %}{{ ',' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}
