-- Not stored: the text of a row is rebuilt only for the rows that somebody has to look at.
{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{% for entity in entities() -%}
select
    '{{ entity }}' as entity,
    _file as file,
    _line as file_line,
    _raw_text as raw_text
from {{ landed(entity) }}
{{ 'union all' if not loop.last }}
{% endfor %}
