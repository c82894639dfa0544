{#- How people are told apart and recognised: the keys of a person, spelled in one way. NULL is no key. -#}

{#-
Trimmed and lower case; dots and what follows a plus are part of an address. Where there is something around it
(mailto:, <>, a name, a second address), the first address counts.
-#}
{% macro email_key(email) -%}
    {%- set part = '[^\\s<>()\\[\\]\"@,;:]' -%}
    {%- set address = part ~ '+@' ~ part ~ '+[.]' ~ part[:-1] ~ '.]{2,}' -%}
    case
        when {{ matches(email, address) }} then lower({{ clean_id(email) }})
        when {{ matches(email, '(?s).*' ~ address ~ '.*') }}
            then lower({{ clean_id(replaced(email, '(?s)^.*?(' ~ address ~ ').*$', '\\1')) }})
    end
{%- endmacro %}

{#-
A number of a card or a tax id as it is (00042 is not 42); what has no digit but zeros (0000, -, нет) is a field filled in
for form's sake.
-#}
{% macro number_key(number) -%}
    case when {{ replaced(number, '[^1-9]', '') }} <> '' then {{ number }} end
{%- endmacro %}

{#-
A name for comparison: in lower case without quotes and punctuation, ё as е, the legal form short and in front, so that
«Ромашка» ООО is ООО "РОМАШКА"; an address after // is left out. The form stays: ИП Ромашка is someone else.
-#}
{% macro name_key(name) -%}
    {%- set forms = {
        'общество с ограниченной ответственностью': 'ооо',
        'публичное акционерное общество': 'пао',
        'открытое акционерное общество': 'оао',
        'закрытое акционерное общество': 'зао',
        'акционерное общество': 'ао',
        'индивидуальный предприниматель': 'ип'
    } -%}
    {%- set text = namespace(sql=folded(part_of(name, '//', 1))) -%}
    {%- set text.sql = replaced(text.sql, '[^\\p{L}\\p{N}]+', ' ') -%}
    {%- for long, short in forms.items() -%}
        {%- set text.sql = replaced(text.sql, '(^|\\s)' ~ long ~ '(\\s|$)', '\\1' ~ short ~ '\\2') -%}
    {%- endfor -%}
    nullif({{ replaced('trim(' ~ text.sql ~ ')', '^(.+) (' ~ forms.values() | join('|') ~ ')$', '\\2 \\1') }}, '')
{%- endmacro %}

{#- The kinds of keys, as matched_by names them. -#}
{% macro kinds_of_keys() %}
    {{ return(['card', 'customer_id', 'email', 'phone', 'tax_id']) }}
{% endmacro %}

{#- Enough of a key to find it again by, and not the key: of an address its first letter and its house, of a number its ends. -#}
{% macro masked_key(kind, key) -%}
    case
        when {{ kind }} = 'email' then concat(substr({{ key }}, 1, 1), '***@', {{ part_of(key, '@', 2) }})
        when length({{ key }}) < 8 then concat(substr({{ key }}, 1, 1), '***')
        else concat(substr({{ key }}, 1, 2), '***', substr({{ key }}, length({{ key }}) - 1))
    end
{%- endmacro %}

{#- The kinds of keys in a group, each once and by name, such as email+phone. -#}
{% macro kinds_joined(kind) -%}
    concat_ws(
        '+'
        {%- for name in kinds_of_keys() %}
        , max(case when {{ kind }} = '{{ name }}' then '{{ name }}' end)
        {%- endfor %}
    )
{%- endmacro %}
