{#- Within a group: true if a column has more than one value, NULL counted as one; of rows only for which something holds. -#}
{% macro differs(column, among='true') -%}
    (
        min({{ column }}) <> max({{ column }})
        or count({{ column }}) not in (0, count(case when {{ among }} then 1 end))
    )
{%- endmacro %}
