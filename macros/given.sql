{#-
Where the rows of `raw` come from. In this project that is the landing, source('raw', ...). In a project that installs
this one as a package it is the var `sources`: for an entity a relation, or a list of them, in the words of dbt:

    sources:
      orders: "{{ ref('shop_orders') }}"
      customers: crm.people

Their columns are brought into the form of the landing: all text, with the name of the relation for a file. A relation has
no lines, so its rows are numbered in the order of what they say: whoever reads them finds the same numbers.
What is not given has no rows.
-#}
{% macro landed(name) %}
    {%- if not var('sources') -%}
        {{ return(source('raw', name)) }}
    {%- endif -%}
    {{ return('(' ~ given_rows(name) ~ ')') }}
{% endmacro %}

{% macro given_rows(name) -%}
{%- set relations = given_relations(name) -%}
{%- if execute -%}
{%- set columns = landed_columns(name) -%}
{%- for relation in relations %}
    {%- set given = columns_of(relation, name, columns) %}
    select
        landed.*,
        {{ relation_name(relation) }} as _file,
        row_number() over (
            order by
            {%- for column in columns %} coalesce(landed.{{ column.name }}, ''){{ ',' if not loop.last }}{% endfor %}
        ) as _line,
        cast(null as {{ dbt.type_string() }}) as _problem,
        concat_ws(
            ', '
            {%- for column in columns if column.name in given %}, '{{ column.name }}=' || landed.{{ column.name }}{% endfor -%}
        ) as _raw_text
    from (
        select
            {%- for column in columns %}
            {{ as_text(given[column.name], column.type == 'date') if column.name in given else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
                as {{ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as landed
    {{ 'union all' if not loop.last }}
{%- else %}
    select
        {%- for column in columns %}
        cast(null as {{ dbt.type_string() if name in entities() else column.type }}) as {{ column.name }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as _file,
        cast(null as bigint) as _line,
        cast(null as {{ dbt.type_string() }}) as _problem,
        cast(null as {{ dbt.type_string() }}) as _raw_text
    where 1 = 0
{%- endfor -%}
{%- endif -%}
{%- endmacro %}

{#- The relations that the var `sources` gives for a name, rendered, so that dbt knows what is built first. -#}
{% macro given_relations(name) %}
    {%- set given = var('sources').get(name) or [] -%}
    {%- set relations = [] -%}
    {%- for relation in ([given] if given is string else given) -%}
        {%- do relations.append(render(relation)) -%}
    {%- endfor -%}
    {{ return(relations) }}
{% endmacro %}

{#- What a landed table has: the columns that its staging model declares. -#}
{% macro landed_columns(name) %}
    {%- set columns = [] -%}
    {%- for column in graph.nodes['model.loyalty_ladder.stg_' ~ name].columns.values() -%}
        {%- if name not in entities() or column.name not in ['file', 'file_line', 'rule_code', 'rule_column'] -%}
            {%- do columns.append({'name': column.name, 'type': column.data_type, 'meta': column.config.get('meta', {})}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{#- The columns of a relation by their names in lower case; an error if one that must be there is not. -#}
{% macro columns_of(relation, name, columns) %}
    {%- set given = {} -%}
    {%- for column in get_column_schema_from_query('select * from ' ~ relation) -%}
        {%- do given.update({column.name | lower: column}) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('required') and column.name not in given -%}
        {{ exceptions.raise_compiler_error(
            'The var `sources` says that ' ~ name ~ ' are in ' ~ relation ~ ', but that has no column `' ~ column.name
            ~ '`; it has ' ~ given | join(', ') ~ '. Give it one in a model of your own and name that model.'
        ) }}
    {%- endfor -%}
    {{ return(given) }}
{% endmacro %}

{% macro relation_name(relation) %}{{ return(text_literal(relation | replace('"', '') | replace('`', ''))) }}{% endmacro %}

{#- What numbers below zero mean in the relations of an entity: what its staging model knows, if the var `returns` has it. -#}
{% macro declared_returns(entity) %}
    {%- if execute -%}
        {%- set declared = graph.nodes['model.loyalty_ladder.stg_' ~ entity].config.meta.get('returns', {}).declared -%}
        {{ return(declared if declared in var('returns') else none) }}
    {%- endif -%}
{% endmacro %}

{#-
The number (E.164) that a text spells in international form, +7 912 ... or 007 912 ...; in Russia and Kazakhstan also as
8 912 ... and 7 912 .... Anything else is no number: what else people write takes the library of the landing, or a
relation of `phones` in the var `sources`.
-#}
{% macro international_number(text, region) -%}
    {%- set dialled = replaced(text, '[ \u00a0().-]', '') %}
        case
            when {{ matches(dialled, '[+][1-9][0-9]{7,14}') }} then {{ dialled }}
            when {{ matches(dialled, '00[1-9][0-9]{7,14}') }} then '+' || substr({{ dialled }}, 3)
            {%- if region in ['RU', 'KZ'] %}
            when {{ matches(dialled, '[78][3-9][0-9]{9}') }} then '+7' || substr({{ dialled }}, 2)
            {%- endif %}
        end
{%- endmacro %}
