{#-
What dbt knows about the columns of the tables in some folders of this project, as rows of SQL literals: schema, table,
its description, number and name of the column, its place in the tested key (none: not part of it), whether it holds
ids of people, whether it holds personal data, whether the table is a step (see below), its description.

A column holds ids of people if its meta says `person: true`, or by its name: customer_id, person_id, referrer_id,
referred_id, *_customer_id, *survivor_id. A table whose meta says `step: true` is one that others stand on and nobody
asks for: it stays in the warehouse and leaves with no export.
-#}
{% macro described_columns(folders) %}
{%- set rows = [] -%}
{%- if execute -%}
{%- set keys = {} -%}
{%- for node in graph.nodes.values() if node.resource_type == 'test' and (node.test_metadata or {}).get('name') == 'unique_key' -%}
    {%- do keys.update({node.attached_node: node.test_metadata.kwargs.columns}) -%}
{%- endfor -%}
{%- for node in graph.nodes.values() | sort(attribute='unique_id')
    if node.resource_type == 'model' and node.package_name == model.package_name and node.fqn[1] in folders
    and node.config.materialized not in ('view', 'ephemeral') -%}
    {%- set key = keys.get(node.unique_id, []) -%}
    {%- for column in node.columns.values() -%}
        {%- set meta = column.config.get('meta', {}) -%}
        {%- set by_name = column.name in ('customer_id', 'person_id', 'referrer_id', 'referred_id')
            or column.name.endswith('_customer_id') or column.name.endswith('survivor_id') -%}
        {%- do rows.append([
            text_literal(node.schema),
            text_literal(node.alias),
            text_literal(node.description),
            loop.index,
            text_literal(column.name),
            key.index(column.name) + 1 if column.name in key else 'null',
            'true' if meta.get('person', by_name) else 'false',
            'true' if meta.get('personal', false) else 'false',
            'true' if node.config.get('meta', {}).get('step', false) else 'false',
            text_literal(column.description)
        ]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- endif -%}
{{ return(rows) }}
{% endmacro %}

{#- A text as one line of SQL. -#}
{% macro text_literal(text) %}{{ return(dbt.string_literal(dbt.escape_single_quotes(text.split() | join(' ')))) }}{% endmacro %}
