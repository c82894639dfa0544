{#-
Slope of the straight line through n points, by least squares; NULL if all are at one place. The sums are decimals, so
that a line without a slope has none, whatever the order of the rows.
-#}
{% macro slope(n, sum_x, sum_y, sum_xx, sum_xy) -%}
    {{ ratio(
        'cast(' ~ n ~ ' as decimal(9, 0)) * ' ~ sum_xy ~ ' - ' ~ sum_x ~ ' * ' ~ sum_y,
        n ~ ' * ' ~ sum_xx ~ ' - ' ~ sum_x ~ ' * ' ~ sum_x
    ) }}
{%- endmacro %}
