{#- What DuckDB and Spark say differently about time. Moments are UTC timestamps without a zone. -#}

{#- Moment of a naive local time in a zone (a column or literal); a time skipped by summer time moves forward. -#}
{% macro local_to_utc(local_time, timezone) %}{{ return(adapter.dispatch('local_to_utc', 'loyalty_ladder')(local_time, timezone)) }}{% endmacro %}
{% macro duckdb__local_to_utc(local_time, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then {{ local_time }}
        else timezone('UTC', timezone({{ timezone }}, {{ local_time }}))
    end
{%- endmacro %}
{#- Of an hour that comes twice DuckDB takes the later one; Spark the earlier, unless the later reads the same. -#}
{% macro spark__local_to_utc(local_time, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then {{ local_time }}
        when
            convert_timezone(
                'UTC', {{ timezone }}, convert_timezone({{ timezone }}, 'UTC', {{ local_time }}) + interval '1' hour
            ) = {{ local_time }}
            then convert_timezone({{ timezone }}, 'UTC', {{ local_time }}) + interval '1' hour
        else convert_timezone({{ timezone }}, 'UTC', {{ local_time }})
    end
{%- endmacro %}

{#- Calendar date in a zone of a UTC moment. -#}
{% macro local_date(utc_time, timezone) %}{{ return(adapter.dispatch('local_date', 'loyalty_ladder')(utc_time, timezone)) }}{% endmacro %}
{% macro duckdb__local_date(utc_time, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then cast({{ utc_time }} as date)
        else cast(timezone({{ timezone }}, timezone('UTC', {{ utc_time }})) as date)
    end
{%- endmacro %}
{% macro spark__local_date(utc_time, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then cast({{ utc_time }} as date)
        else cast(convert_timezone('UTC', {{ timezone }}, {{ utc_time }}) as date)
    end
{%- endmacro %}

{#- UTC moment of an ISO 8601 text; without an offset it is local to the zone; NULL if there is no such moment. -#}
{% macro parse_moment(text, timezone) %}{{ return(adapter.dispatch('parse_moment', 'loyalty_ladder')(text, timezone)) }}{% endmacro %}
{% macro duckdb__parse_moment(text, timezone) -%}
    case
        when {{ matches(text, '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d+)?)?)?') }}
            then {{ local_to_utc('try_cast(' ~ text ~ ' as timestamp)', timezone) }}
        when {{ matches(text, '\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d+)?)? ?(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)') }}
            -- DuckDB wants no blank and seconds before an offset, and a colon in it.
            then timezone(
                'UTC',
                try_cast(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace({{ text }}, ' ([Z+-])', '\1'), '^(.{16})([Z+-])', '\1:00\2'
                        ), '([+-]\d{2})(\d{2})$', '\1:\2'
                    ) as timestamptz
                )
            )
    end
{%- endmacro %}
{#- Spark knows no 24:00, and wants no blank and seconds before an offset, and minutes in it with a colon. Its session is in UTC. -#}
{% macro spark__parse_moment(text, timezone) -%}
    {%- set midnight = "r'(?<=^.{11})24:00(?=$|:00$|:00[.]0+$|(:00([.]0+)?)? ?[Z+-])'" -%}
    {%- set begun = 'regexp_replace(' ~ text ~ ', ' ~ midnight ~ ", '00:00')" -%}
    {%- set day = 'make_dt_interval(case when ' ~ text ~ ' rlike ' ~ midnight ~ ' then 1 else 0 end)' -%}
    case
        when {{ matches(text, '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d+)?)?)?') }}
            then {{ local_to_utc('(try_cast(' ~ begun ~ ' as timestamp_ntz) + ' ~ day ~ ')', timezone) }}
        when {{ matches(text, '\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d+)?)? ?(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)') }}
            then cast(
                try_cast(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                regexp_replace({{ begun }}, r' ([Z+-])', '$1'), r'([+-]\d{2})$', '$1:00'
                            ), r'([+-]\d{2})(\d{2})$', '$1:$2'
                        ), r'^(.{16})([Z+-])', '$1:00$2'
                    ) as timestamp_ltz
                ) as timestamp_ntz
            ) + {{ day }}
    end
{%- endmacro %}

{#- Date of an ISO 8601 text; NULL if there is no such day. -#}
{% macro parse_date(text) %}{{ return(adapter.dispatch('parse_date', 'loyalty_ladder')(text)) }}{% endmacro %}
{% macro duckdb__parse_date(text) -%}
    case when {{ matches(text, '\\d{4}-\\d{2}-\\d{2}') }} then try_cast({{ text }} as date) end
{%- endmacro %}
{% macro spark__parse_date(text) %}{{ return(duckdb__parse_date(text)) }}{% endmacro %}

{#- Days from one date to a later one. -#}
{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between', 'loyalty_ladder')(earlier, later)) }}{% endmacro %}
{% macro duckdb__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}
{% macro spark__days_between(earlier, later) -%}
    cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}

{#- A date so many days (a number or an expression) later. -#}
{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days', 'loyalty_ladder')(day, days)) }}{% endmacro %}
{% macro duckdb__add_days(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}
{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, cast({{ days }} as integer))
{%- endmacro %}

{#- A date so many calendar months (a number or an expression) later; month ends stay month ends. -#}
{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months', 'loyalty_ladder')(day, months)) }}{% endmacro %}
{% macro duckdb__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, cast({{ months }} as integer))
{%- endmacro %}

{#- One row per month, its first day, from the month of one date to the month of another; both are columns of a relation of one row. -#}
{% macro months_between(first_date, last_date, relation) %}{{ return(adapter.dispatch('months_between', 'loyalty_ladder')(first_date, last_date, relation)) }}{% endmacro %}
{% macro duckdb__months_between(first_date, last_date, relation) -%}
    select
        cast(
            unnest(
                generate_series(
                    date_trunc('month', {{ first_date }}), date_trunc('month', {{ last_date }}), interval 1 month
                )
            ) as date
        ) as month
    from {{ relation }}
{%- endmacro %}
{% macro spark__months_between(first_date, last_date, relation) -%}
    select
        explode(
            case
                when {{ first_date }} <= {{ last_date }}
                    then sequence(
                        cast(date_trunc('month', {{ first_date }}) as date),
                        cast(date_trunc('month', {{ last_date }}) as date),
                        interval 1 month
                    )
            end
        ) as month
    from {{ relation }}
{%- endmacro %}

{#- Seconds of a UTC moment since 1970, a whole number. -#}
{% macro epoch_seconds(utc_time) %}{{ return(adapter.dispatch('epoch_seconds', 'loyalty_ladder')(utc_time)) }}{% endmacro %}
{% macro duckdb__epoch_seconds(utc_time) -%}
    cast(floor(epoch({{ utc_time }})) as bigint)
{%- endmacro %}
{% macro spark__epoch_seconds(utc_time) -%}
    unix_seconds(cast({{ utc_time }} as timestamp_ltz))
{%- endmacro %}
