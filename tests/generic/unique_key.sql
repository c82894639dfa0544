{#- The columns are the key of the model: none is NULL unless listed as nullable, and no combination comes twice. -#}
{% test unique_key(model, columns, nullable=[]) %}
{%- set required = columns | reject('in', nullable) | list %}
select
    {{ columns | join(', ') }},
    count(*) as rows_found
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in required %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
