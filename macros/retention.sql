{#- The activity windows of customer_retention as a relation, in days, NULL for the calendar reading; the one that decides is_active is always among them. -#}
{% macro activity_windows() -%}
    select cast(null as integer) as window_days
    {%- for days in (var('retention_windows_days') + [var('activity_window_days')]) | unique | sort %}
    union all
    select {{ days }} as window_days
    {%- endfor %}
{%- endmacro %}

{#-
The last period at whose end a purchase still makes its customer active (order date + W is the first day
on which it does not). With no window the period of the purchase itself.
-#}
{% macro active_through(last_order_date, period_no) -%}
    case
        when activity_windows.window_days is null then {{ period_no }}
        else {{ period_index(
            'customer_periods.months_per_period', add_days(last_order_date, 'activity_windows.window_days')
        ) }} - 1
    end
{%- endmacro %}
