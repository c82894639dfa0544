{#- Within a group: true if a column has more than one value, NULL counted as one. -#}
{% macro differs(column) -%}
    (min({{ column }}) <> max({{ column }}) or count({{ column }}) not in (0, count(*)))
{%- endmacro %}
