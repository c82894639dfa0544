{#-
A folder's schema is used as it stands (staging, core, marts, quality), without a prefix of the target. In a project that
installs this one the schemas are that project's business: as it generates them itself, or else as dbt does.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if project_name == 'loyalty_ladder' -%}
    {{ (custom_schema_name or target.schema) | trim }}
    {%- else -%}
    {%- set theirs = (context.get(project_name) or {}).get('generate_schema_name') or default__generate_schema_name -%}
    {{ theirs(custom_schema_name, node) | trim }}
    {%- endif -%}
{%- endmacro %}
