{#- The activity windows of customer_retention as a relation, in days, NULL for the calendar reading; the one that decides is_active is always among them. -#}
{% macro activity_windows() -%}
    select cast(null as integer) as window_days
    {%- for days in (var('retention_windows_days') + [var('activity_window_days')]) | unique | sort %}
    union all
    select {{ days }} as window_days
    {%- endfor %}
{%- endmacro %}
