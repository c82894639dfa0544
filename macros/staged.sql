{#-
Types and judges the landed rows of an entity: one row of `raw` becomes one row of `staging`, with typed
columns and a `rule_code` that says why it does not count (NULL: it counts). The columns, their types and
what they require are declared once, in models/staging/_staging__entities.yml, and read from there.

Meta of a column: required, is_id (trimmed, NFC, no scientific notation), is_month (2024-03 is its first
day), non_negative, positive, is_event (not after the day of loading, not before earliest_business_date). Meta of the model: key, conflict_code,
repeats_are_real_without (a column; rows lacking it may repeat within a file, as a product scanned twice),
returns (what a file declares whose rows below zero in `column` are returns: there that column, and those with
negative_in_returns, may be below zero).
-#}
{% macro staged(entity) %}
{%- set given = given_rows(entity) if var('sources') -%}
{%- set landed = 'given' if var('sources') else source('raw', entity) -%}
{%- set settings = ref('stg_settings') -%}
{%- set statuses = ref('order_statuses') -%}
{%- set currencies = ref('currencies') -%}
{%- set files = ref('stg_files') -%}
{%- if execute -%}
{%- set node = graph.nodes['model.loyalty_ladder.stg_' ~ entity] -%}
{%- set columns = landed_columns(entity) -%}
{%- set key = node.config.meta.get('key', columns | map(attribute='name') | list) -%}
{%- set repeats_without = node.config.meta.get('repeats_are_real_without') -%}
{#- A copy is a copy, whatever else is wrong with it; then what is wrong with the row itself. -#}
{%- set problem = "case when repeats.problem like 'duplicate_exact:%' then repeats.problem else coalesce(judged.problem, repeats.problem) end" -%}
{%- set returns = node.config.meta.get('returns') -%}
{%- set has_status = columns | selectattr('name', 'equalto', 'status') | list | length > 0 -%}
{%- set has_currency = columns | selectattr('name', 'equalto', 'currency') | list | length > 0 -%}
{#- The key of orders has no currency in it, and few of them are looked at twice. -#}
{%- set currency_in_key = has_currency and key | length > 1 -%}
{%- set latest_wins = columns | selectattr('name', 'equalto', 'updated_at') | list | length > 0 %}
with settings as (

    select * from {{ settings }}

),

{% if given -%}
given as (

    {{ given }}

),

{% endif -%}
typed as (

    select
        {%- for column in columns %}
        {{ typed_column(column) }} as {{ column.name }},
        landed.{{ column.name }} as text_of_{{ column.name }},
        {%- endfor %}
        {%- if has_status %}
        statuses.status as known_status,
        {%- endif %}
        {%- if returns %}
        coalesce(files.returns = '{{ returns.declared }}', false) as has_returns,
        {%- endif %}
        landed._file as file,
        landed._line as file_line,
        landed._problem as landing_problem,
        settings.loaded_on
    from {{ landed }} as landed
    cross join settings
    {%- if has_status %}
    left join {{ statuses }} as statuses
        on lower({{ clean_id('landed.status') }}) = statuses.status
    {%- endif %}
    {%- if returns %}
    left join {{ files }} as files
        on landed._file = files.file
    {%- endif %}

),

judged as (

    select
        *,
        case
            -- A value that is not in the dialect declared for its file, whatever else it might be read as.
            when landing_problem is not null then landing_problem
            {%- for column in columns %}
            {{- row_rules(column, returns) }}
            {%- endfor %}
        end as problem
    from typed

),

-- Only rows whose key comes more than once need a second look, and they are few. They are found in
-- the landed text, so that the typed rows are passed through once and never kept, and by the hash of the key,
-- which is short: should two keys share one, both are looked at and found to be good. Blank keys share one too.
repeated_keys as (

    select {{ hashed(key_parts(key, columns)) }} as key_hash
    from {{ landed }} as landed
    cross join settings
    {%- if currency_in_key %}
    {{ currency_join(currencies) }}
    {%- endif %}
    group by 1
    having count(*) > 1

),

repeated as (

    select
        landed._file as file,
        landed._line as file_line,
        {{ one_text(key_parts(key, columns)) }} as row_key,
        {{ one_text(row_meaning(columns)) }} as content,
        {%- if repeats_without %}
        case
            when {{ clean_id('landed.' ~ repeats_without) }} is null
                then row_number() over (
                    partition by {{ one_text(key_parts(key, columns)) }}, landed._file order by landed._line
                )
            else 1
        end as occurrence,
        {%- else %}
        1 as occurrence,
        {%- endif %}
        {%- if returns %}
        coalesce(files.returns = '{{ returns.declared }}', false) as has_returns,
        {%- endif %}
        {%- if latest_wins %}
        {{ parse_moment(trimmed('landed.updated_at'), 'settings.timezone') }} as updated_at,
        {%- else %}
        cast(null as timestamp) as updated_at,
        {%- endif %}
        settings.loaded_on
    from {{ landed }} as landed
    cross join settings
    {%- if currency_in_key %}
    {{ currency_join(currencies) }}
    {%- endif %}
    inner join repeated_keys
        on {{ hashed(key_parts(key, columns)) }} = repeated_keys.key_hash
    {%- if has_currency and not currency_in_key %}
    {{ currency_join(currencies) }}
    {%- endif %}
    {%- if returns %}
    left join {{ files }} as files
        on landed._file = files.file
    {%- endif %}
    where {{ clean_id('landed.' ~ key[0]) }} is not null

),

versions as (

    select
        *,
        -- A version from the future says nothing of which is the latest.
        count(*) over (partition by row_key)
        = count(case when cast(updated_at as date) <= {{ add_days('loaded_on', 1) }} then 1 end) over (partition by row_key)
        and updated_at = max(updated_at) over (partition by row_key) as is_latest,
        min(content) over (partition by row_key) = max(content) over (partition by row_key) as is_one_content,
        min(content) over (partition by row_key, updated_at)
        = max(content) over (partition by row_key, updated_at) as is_one_content_of_its_time,
        -- What one file may say and another may not is said by the one that may.
        row_number() over (
            partition by row_key, content, occurrence order by {{ 'not has_returns, ' if returns }}file, file_line
        ) as copy_no
    from repeated

),

repeats as (

    select
        file,
        file_line,
        case
            when not is_one_content and not coalesce(is_latest and is_one_content_of_its_time, false)
                then '{{ node.config.meta.get('conflict_code', 'key_conflict') }}:{{ key | join(', ') }}'
            when copy_no > 1 then 'duplicate_exact:{{ key | join(', ') if key | length < 4 else 'row' }}'
        end as problem
    from versions

)

select
    {%- for column in columns %}
    judged.{{ column.name }},
    {%- endfor %}
    judged.file,
    judged.file_line,
    {{ part_of(problem, ':', 1) }} as rule_code,
    {{ part_of(problem, ':', 2) }} as rule_column
from judged
left join repeats
    on
        judged.file = repeats.file
        and judged.file_line = repeats.file_line
{%- endif -%}
{% endmacro %}


{#- The typed value of a landed text; NULL where blank or not of the type. -#}
{% macro typed_column(column) -%}
    {%- set text = 'landed.' ~ column.name -%}
    {%- if column.name == 'status' -%} lower({{ clean_id(text) }})
    {%- elif column.name == 'line_no' -%} {{ line_number(text) }}
    {%- elif column.meta.get('is_id') or column.name == 'currency' -%} {{ clean_id(text) }}
    {%- elif column.type == 'string' -%} nullif({{ text }}, '')
    {%- elif column.type == 'timestamp' -%} {{ parse_moment(trimmed(text), 'settings.timezone') }}
    {%- elif column.meta.get('is_month') -%}
    {{ parse_date("concat(" ~ trimmed(text) ~ ", case when " ~ matches(trimmed(text), '\\d{4}-\\d{2}') ~ " then '-01' else '' end)") }}
    {%- elif column.type == 'date' -%} {{ parse_date(trimmed(text)) }}
    {%- elif column.type == 'boolean' -%}
    case
        when lower({{ trimmed(text) }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ trimmed(text) }}) in ('false', 'f', 'no', 'n', '0') then false
    end
    {%- else -%} case
        when {{ matches(trimmed(text), '[+-]?\\d+([.]\\d+)?') }}
            then try_cast({{ trimmed(text) }} as {{ column.type }})
    end
    {%- endif -%}
{%- endmacro %}


{#- The branches of the CASE that finds what is wrong with a column, as 'rule_code:column'. -#}
{% macro row_rules(column, returns) -%}
    {%- set name = column.name -%}
    {%- set meta = column.meta -%}
    {%- set is_blank = clean_id('text_of_' ~ name) ~ ' is null' %}
    {%- if meta.get('required') %}
            when {{ name }} is null and {{ is_blank }} then 'missing_{{ name }}:{{ name }}'
    {%- endif %}
    {%- if meta.get('is_id') %}
            when
                ({{ name }} like '%+%' or {{ name }} like '%.%' or {{ name }} like '%,%')
                and {{ matches(name, '[+-]?\\d+([.,]\\d+[eEеЕ][+-]?|[eEеЕ][+])\\d+') }}
                then 'bad_id:{{ name }}'
    {%- elif name == 'status' %}
            when {{ name }} is not null and known_status is null then 'unknown_status:{{ name }}'
    {%- elif column.type in ['timestamp', 'date'] %}
            when {{ name }} is null and not {{ is_blank }} then 'bad_date:{{ name }}'
        {%- if meta.get('is_event') %}
            when
                cast({{ name }} as date) < date '{{ var('earliest_business_date') }}'
                or cast({{ name }} as date) > {{ add_days('loaded_on', 1) }}
                then 'date_out_of_range:{{ name }}'
        {%- endif %}
    {%- elif column.type == 'boolean' %}
            when {{ name }} is null and not {{ is_blank }} then 'bad_boolean:{{ name }}'
    {%- elif column.type != 'string' %}
            when {{ name }} is null and not {{ is_blank }} then 'bad_number:{{ name }}'
        {%- if meta.get('non_negative') %}
            when
                {{ name }} < 0
                {%- if returns and (name == returns.column or meta.get('negative_in_returns')) %}
                and not (has_returns and {{ returns.column }} < 0)
                {%- endif %}
                then 'negative_amount:{{ name }}'
        {%- elif meta.get('positive') %}
            when {{ name }} <= 0 then 'bad_rate:{{ name }}'
        {%- endif %}
    {%- endif %}
{%- endmacro %}


{#- The ISO code of a landed currency, however it is spelled; NULL where it is unknown or blank. -#}
{% macro currency_join(currencies) -%}
    left join {{ currencies }} as currencies
        on upper({{ clean_id('landed.currency') }}) = currencies.spelling
{%- endmacro %}


{#- The number of a line as an id: programs that count in fractions write 1.0 for 1. -#}
{% macro line_number(text) -%}
    case
        when {{ text }} like '%.0%' and {{ matches(clean_id(text), '\\d+[.]0+') }} then {{ part_of(clean_id(text), '.', 1) }}
        else {{ clean_id(text) }}
    end
{%- endmacro %}


{#- A landed column as part of a key: as an id, and a currency by its code. -#}
{% macro key_part(name) -%}
    {%- if name == 'currency' -%} coalesce(currencies.currency, upper({{ clean_id('landed.currency') }}))
    {%- elif name == 'line_no' -%} {{ line_number('landed.line_no') }}
    {%- else -%} {{ clean_id('landed.' ~ name) }}
    {%- endif -%}
{%- endmacro %}


{#- The parts of the key of a landed row; rows without the optional part of their key are known by all they mean. -#}
{% macro key_parts(key, columns) %}
    {%- if key | length == columns | length -%}
        {{ return(row_meaning(columns)) }}
    {%- endif -%}
    {%- if key | length == 1 -%}
        {{ return([key_part(key[0])]) }}
    {%- endif -%}
    {%- set parts = [] -%}
    {%- for name in key[:-1] -%}
        {%- do parts.append('coalesce(' ~ key_part(name) ~ ", '')") -%}
    {%- endfor -%}
    {%- do parts.append('coalesce(' ~ key_part(key[-1]) ~ ', ' ~ one_text(row_meaning(columns)) ~ ')') -%}
    {{ return(parts) }}
{% endmacro %}


{#-
The parts of what a row means: 10.0 is 10.00, no currency is the base one, a purpose is its words, and what cannot be
read is what it says.
What the dialect of its file does not allow is no copy of what it allows.
-#}
{% macro row_meaning(columns) %}
    {%- set parts = ["coalesce(landed._problem, '')"] -%}
    {%- for column in columns -%}
        {%- if column.name == 'currency' -%}
            {%- do parts.append('coalesce(' ~ key_part('currency') ~ ", settings.base_currency, '')") -%}
        {%- elif column.name == 'purpose' -%}
            {%- do parts.append("coalesce(trim(" ~ replaced(folded('landed.purpose'), '\\s+', ' ') ~ "), '')") -%}
        {%- else -%}
            {%- set value = 'cast(' ~ typed_column(column) ~ ' as ' ~ dbt.type_string() ~ ')' -%}
            {%- do parts.append('coalesce(' ~ value ~ ', landed.' ~ column.name ~ ", '')") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts) }}
{% endmacro %}


{#-
Several texts as one, such that different ones never look alike: the mark between them is written in another way
within. In the last of them, which nothing follows, it may stand as it is.
-#}
{% macro one_text(parts) -%}
    {%- if parts | length == 1 -%}
    {{ parts[0] }}
    {%- else -%}
    concat_ws(
        chr(31)
        {%- for part in parts[:-1] %},
        replace(replace({{ part }}, chr(27), chr(27) || '1'), chr(31), chr(27) || '2')
        {%- endfor %},
        {{ parts[-1] }}
    )
    {%- endif -%}
{%- endmacro %}
