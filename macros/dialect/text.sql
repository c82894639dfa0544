{#- What DuckDB and Spark say differently about text. -#}

{#- The spaces of Unicode (category Zs), and with tabs, line ends, zero-width space and byte-order mark all that is blank. -#}
{% macro wide_spaces() -%}
    {{ return(' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000') }}
{%- endmacro %}
{% macro blanks() %}{{ return('\t\n\r\u200b\ufeff' ~ wide_spaces()) }}{% endmacro %}

{#-
An id as a key: Unicode NFC, no blanks around (tabs, line ends, wide and zero-width ones too), NULL when
empty. Plain ASCII without blanks around, which is nearly every id, passes as it is.
-#}
{% macro clean_id(text) %}{{ return(adapter.dispatch('clean_id', 'loyalty_ladder')(text)) }}{% endmacro %}
{#- DuckDB trims letter by letter and matches a pattern no faster; whether there is anything to trim it sees at once. -#}
{% macro duckdb__clean_id(text) -%}
    case
        when
            strlen({{ text }}) = length({{ text }})
            and {{ text }} >= '!'
            and not ends_with({{ text }}, ' ')
            and not ends_with({{ text }}, chr(9))
            and not ends_with({{ text }}, chr(10))
            and not ends_with({{ text }}, chr(13))
            then {{ text }}
        else nullif(
            trim(nfc_normalize({{ text }}), '{{ blanks() }}'), ''
        )
    end
{%- endmacro %}
{% macro spark__clean_id(text) -%}
    case
        when {{ matches(text, '[!-~]+') }} then {{ text }}
        else nullif(
            trim(both '{{ blanks() }}' from {{ target.schema }}.nfc({{ text }})), ''
        )
    end
{%- endmacro %}

{#- A text without the spaces around it, those of other widths too. -#}
{% macro trimmed(text) %}{{ return(adapter.dispatch('trimmed', 'loyalty_ladder')(text)) }}{% endmacro %}
{% macro duckdb__trimmed(text) -%}
    case
        when strlen({{ text }}) = length({{ text }}) and {{ text }} not like ' %' and {{ text }} not like '% ' then {{ text }}
        else trim({{ text }})
    end
{%- endmacro %}
{% macro spark__trimmed(text) -%}
    trim(both '{{ wide_spaces() }}' from {{ text }})
{%- endmacro %}

{#- A whole number of 64 bits that stands for a list of texts; two lists can share one, though hardly ever do. -#}
{% macro hashed(parts) %}{{ return(adapter.dispatch('hashed', 'loyalty_ladder')(parts)) }}{% endmacro %}
{% macro duckdb__hashed(parts) -%}
    hash({{ parts | join(', ') }})
{%- endmacro %}
{% macro spark__hashed(parts) -%}
    xxhash64({{ parts | join(', ') }})
{%- endmacro %}

{#- True if the whole text matches the regular expression. -#}
{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'loyalty_ladder')(text, pattern)) }}{% endmacro %}
{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}
{#- (?d): a line ends at \n only, as elsewhere. -#}
{% macro spark__matches(text, pattern) -%}
    {{ text }} rlike r'(?d)\A(?:{{ pattern }})\z'
{%- endmacro %}

{#- True for a plain number that says more than so many decimals keep; the length is cheap, and settles nearly every row. -#}
{% macro has_more_decimals(text, scale) -%}
    instr({{ text }}, '.') > 0
    and length({{ trimmed(text) }}) - instr({{ trimmed(text) }}, '.') > {{ scale }}
    and {{ matches(trimmed(text), '[+-]?\\d+[.]\\d{' ~ scale ~ '}\\d*[1-9]\\d*') }}
{%- endmacro %}

{#- The n-th part, from 1, of a text split at a separator. -#}
{% macro part_of(text, separator, n) -%}
    split_part({{ text }}, '{{ separator }}', {{ n }})
{%- endmacro %}

{#- Text for comparison: Unicode NFC, lower case, ё as е. -#}
{% macro folded(text) %}{{ return(adapter.dispatch('folded', 'loyalty_ladder')(text)) }}{% endmacro %}
{% macro duckdb__folded(text) -%}
    replace(lower(nfc_normalize({{ text }})), 'ё', 'е')
{%- endmacro %}
{% macro spark__folded(text) -%}
    replace(lower({{ target.schema }}.nfc({{ text }})), 'ё', 'е')
{%- endmacro %}

{#- A text with every match of a regular expression replaced; \1 stands for the first group. -#}
{% macro replaced(text, pattern, replacement) %}{{ return(adapter.dispatch('replaced', 'loyalty_ladder')(text, pattern, replacement)) }}{% endmacro %}
{% macro duckdb__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
{% macro spark__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'(?d){{ pattern }}', '{{ replacement | replace('\\', '$') }}')
{%- endmacro %}

{#- One row for each part of a text between blanks. -#}
{% macro parts_of(text) %}{{ return(adapter.dispatch('parts_of', 'loyalty_ladder')(text)) }}{% endmacro %}
{% macro duckdb__parts_of(text) -%}
    unnest(string_split({{ text }}, ' '))
{%- endmacro %}
{% macro spark__parts_of(text) -%}
    explode(split({{ text }}, ' '))
{%- endmacro %}
