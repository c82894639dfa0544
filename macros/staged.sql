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

    select {{ hashed(row_key(key, columns)) }} as key_hash
    from {{ landed }} as landed
    cross join settings
    group by 1
    having count(*) > 1

),

repeated as (

    select
        landed._file as file,
        landed._line as file_line,
        {{ row_key(key, columns) }} as row_key,
        {{ row_meaning(columns) }} as content,
        {%- if repeats_without %}
        case
            when {{ clean_id('landed.' ~ repeats_without) }} is null
                then row_number() over (
                    partition by {{ row_key(key, columns) }}, landed._file order by landed._line
                )
            else 1
        end as occurrence,
        {%- else %}
        1 as occurrence,
        {%- endif %}
        {{ parse_moment(trimmed('landed.updated_at'), 'settings.timezone') if latest_wins else 'cast(null as timestamp)' }}
            as updated_at
    from {{ landed }} as landed
    cross join settings
    inner join repeated_keys
        on {{ hashed(row_key(key, columns)) }} = repeated_keys.key_hash
    where {{ clean_id('landed.' ~ key[0]) }} is not null

),

versions as (

    select
        *,
        count(*) over (partition by row_key) = count(updated_at) over (partition by row_key)
        and updated_at = max(updated_at) over (partition by row_key) as is_latest,
        min(content) over (partition by row_key) = max(content) over (partition by row_key) as is_one_content,
        min(content) over (partition by row_key, updated_at)
        = max(content) over (partition by row_key, updated_at) as is_one_content_of_its_time,
        row_number() over (
            partition by row_key, content, occurrence order by file, file_line
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
            when {{ name }} like '%+%' and {{ matches(name, '\\d+([.,]\\d+)?[eE][+]\\d+') }} then 'bad_id:{{ name }}'
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


{#- A landed column as part of a key: as an id, and a currency in capitals. -#}
{% macro key_part(name) -%}
    {%- set id = clean_id('landed.' ~ name) -%}
    {{ 'upper(' ~ id ~ ')' if name == 'currency' else id }}
{%- endmacro %}


{#- The key of a landed row as one text; rows without the optional part of their key are known by all they mean. -#}
{% macro row_key(key, columns) -%}
    {%- if key | length == columns | length -%}
    {{ row_meaning(columns) }}
    {%- elif key | length == 1 -%}
    {{ key_part(key[0]) }}
    {%- else -%}
    concat_ws(
        chr(31)
        {%- for name in key[:-1] %}, {{ key_part(name) }}{% endfor -%}
        , coalesce({{ key_part(key[-1]) }}, {{ row_meaning(columns) }})
    )
    {%- endif -%}
{%- endmacro %}


{#-
Everything a row means, as one text: 10.0 is 10.00, no currency is the base one, and what cannot be read is what it says.
What the dialect of its file does not allow is no copy of what it allows.
-#}
{% macro row_meaning(columns) -%}
    concat_ws(
        chr(31),
        coalesce(landed._problem, '')
        {%- for column in columns %},
        {%- if column.name == 'currency' %}
        coalesce({{ key_part('currency') }}, settings.base_currency, '')
        {%- else %}
        coalesce(cast({{ typed_column(column) }} as {{ dbt.type_string() }}), landed.{{ column.name }}, '')
        {%- endif %}
        {%- endfor %}
    )
{%- endmacro %}
