{#- Person id of who pays or is paid: by the tax number, or else by the name without case, quotes and blanks. -#}
{% macro payer_id(tax_id, name) -%}
    coalesce(
        'payer:' || {{ clean_id(tax_id) }},
        'payer:' || nullif(trim({{ replaced(folded(name), '[^0-9a-zа-я]+', ' ') }}), '')
    )
{%- endmacro %}
