{#- Reading the purpose of a payment. Patterns have no backslashes, so that every engine reads them alike. -#}

{#- The words of a text with a blank before and behind each: a pattern is then found by `like`. -#}
{% macro padded_words(text) -%}
    ' ' || coalesce({{ replaced(folded(text), '[^0-9a-zа-я]+', ' ') }}, '') || ' '
{%- endmacro %}

{#-
A purpose without the numbers that are no order's: percentages, sums of money, contracts, dates in words, years.
What is left is cut at everything that no order number has inside.
-#}
{% macro without_other_numbers(text) -%}
    {%- set ns = namespace(text=folded(text)) -%}
    {%- for pattern in [
        '[0-9]+([.,][0-9]+)? *%',
        '(ндс|vat|сумма|сумму|сумме|amount)[ :.,=()–—-]*([0-9]{1,3}( [0-9]{3})+|[0-9]+)([.,=-][0-9]{2})?',
        '([0-9]{1,3}( [0-9]{3})+|[0-9]+)([.,=-][0-9]{2})? *(руб|rub|₽|eur|€|usd)',
        '(договор|контракт|дог[.])[^ ]*( поставки| подряда| оферты| аренды| оказания услуг)? *(№|n|no[.]?)? *[^ ]*[0-9][^ ]*',
        '[0-9]{1,2} +(январ|феврал|март|апрел|мая|июн|июл|август|сентябр|октябр|ноябр|декабр)[^ ]*( +[0-9]{4})?',
        '20[0-9]{2} *(год[^ ]*|г[.]|г |г$)',
        '[^0-9a-zа-я._/+-]+'
    ] -%}
        {%- set ns.text = replaced(ns.text, pattern, ' ') -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{#- An order id as people write it into a purpose. -#}
{% macro order_number(order_id) -%}
    trim(both '№# ' from {{ folded(order_id) }})
{%- endmacro %}
