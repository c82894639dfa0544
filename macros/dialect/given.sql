{#- What DuckDB and Spark say differently about the columns of a relation that somebody else has typed. -#}

{#-
A value as a file would have it: plain text, no exponents, no point after a whole number, moments in UTC if they
have a zone. Where a day is meant, a moment at midnight is one. A double from 2^53 has lost its last digits: as a power
of ten it is neither an id nor money.
-#}
{% macro as_text(column, is_day) %}{{ return(adapter.dispatch('as_text', 'loyalty_ladder')(column, is_day)) }}{% endmacro %}
{% macro duckdb__as_text(column, is_day) -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set kind = column.dtype | upper -%}
    {%- if kind in ('FLOAT', 'DOUBLE') -%}
    case
        when abs({{ name }}) >= 9007199254740992 and isfinite({{ name }}) then printf('%.16e', {{ name }})
        when {{ name }} = trunc({{ name }}) and isfinite({{ name }}) then cast(cast({{ name }} as bigint) as varchar)
        when cast({{ name }} as varchar) like '%e%' then printf('%.12f', {{ name }})
        else cast({{ name }} as varchar)
    end
    {%- elif kind in ('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ') -%}
    cast(timezone('UTC', {{ name }}) as varchar) || 'Z'
    {%- elif is_day and kind.startswith('TIMESTAMP') -%}
    case
        when {{ name }} = date_trunc('day', {{ name }}) then cast(cast({{ name }} as date) as varchar)
        else cast({{ name }} as varchar)
    end
    {%- else -%}
    cast({{ name }} as varchar)
    {%- endif -%}
{%- endmacro %}
{% macro spark__as_text(column, is_day) -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set kind = column.dtype | lower -%}
    {%- if kind in ('float', 'double') -%}
    case
        when abs({{ name }}) >= 9007199254740992 then cast({{ name }} as string)
        when {{ name }} = floor({{ name }}) then cast(cast({{ name }} as decimal(18, 0)) as string)
        else cast(cast({{ name }} as decimal(30, 12)) as string)
    end
    {%- elif kind in ('timestamp', 'timestamp_ltz') -%}
    date_format({{ name }}, "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")
    {%- elif is_day and kind == 'timestamp_ntz' -%}
    case
        when {{ name }} = date_trunc('day', {{ name }}) then cast(cast({{ name }} as date) as string)
        else cast({{ name }} as string)
    end
    {%- else -%}
    cast({{ name }} as string)
    {%- endif -%}
{%- endmacro %}
