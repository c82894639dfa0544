{#-
Accepted lines but for returns of their own. In an order without a header that sells more than it takes back, and in one
with a header, lines below zero are among them, and lower it.
-#}
{% macro sold_lines() -%}
    select lines.*
    from {{ ref('stg_order_lines') }} as lines
    left join {{ ref('return_lines') }} as return_lines
        on
            lines.file = return_lines.file
            and lines.file_line = return_lines.file_line
    where lines.rule_code is null and return_lines.file is null
{%- endmacro %}
