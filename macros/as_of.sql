{#- The as-of date that was asked for; the end of time where the last business date is meant. -#}
{% macro stated_as_of(settings) -%}
    coalesce(
        cast(nullif('{{ var("as_of_date") or "" }}', '') as date), {{ settings }}.as_of_date, date '9999-12-31'
    )
{%- endmacro %}
