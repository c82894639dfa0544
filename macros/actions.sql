{#- A reason in words, each {name} replaced by the person's own figure; what is not known leaves nothing. -#}
{% macro reason_of(text, figures) -%}
    {%- set filled = namespace(sql=text) -%}
    {%- for name, figure in figures.items() -%}
        {%- set filled.sql = 'replace(' ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(cast(" ~ figure ~ ' as ' ~ dbt.type_string() ~ "), ''))" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
