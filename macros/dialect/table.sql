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
Ids of orders and customers are stored as they are: nearly every value is another one, so the dictionary that DuckDB
tries first makes writing them twice as slow. Columns, types and constraints are those of the contract.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set rendered = [] -%}
    {%- for name, column in model.columns.items() -%}
        {%- set definition = adapter.render_raw_columns_constraints(raw_columns={name: column}) | first -%}
        {%- set storage = ' using compression uncompressed' if name in ['order_id', 'customer_id'] else '' -%}
        {%- do rendered.append(definition ~ storage) -%}
    {%- endfor -%}
    {%- do rendered.extend(adapter.render_raw_model_constraints(raw_constraints=model.constraints)) -%}
    ({{ rendered | join(', ') }})
{%- endmacro %}
