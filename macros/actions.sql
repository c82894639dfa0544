{#- A reason in words, each {name} replaced by the person's own figure, or by the words for what is not known. -#}
{% macro reason_of(text, figures, language) -%}
    {%- set words = {
        'en': {
            'day': 'an unknown day', 'number': 'an unknown number of', 'stage': 'not said', 'rhythm': 'at no rhythm yet',
            'every': ['usually every ', ' days']
        },
        'ru': {
            'day': 'неизвестного дня', 'number': 'неизвестно сколько', 'stage': 'не указана', 'rhythm': 'ритма пока нет',
            'every': ['обычно раз в ', ' дн.']
        }
    }[language] -%}
    {%- set filled = namespace(sql=text) -%}
    {%- for name, (figure, what) in figures.items() -%}
        {%- set said = 'cast(' ~ figure ~ ' as ' ~ dbt.type_string() ~ ')' -%}
        {%- if what == 'rhythm' -%}
            {%- set said = "'" ~ words.every[0] ~ "' || " ~ said ~ " || '" ~ words.every[1] ~ "'" -%}
        {%- endif -%}
        {%- set said = 'coalesce(' ~ said ~ ", '" ~ words[what] ~ "')" -%}
        {%- set filled.sql = 'replace(' ~ filled.sql ~ ", '{" ~ name ~ "}', " ~ said ~ ')' -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
