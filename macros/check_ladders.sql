{#-
Refuses ladders that cannot be meant: a name twice, a word in a condition that is no fact, a rung on which nobody can
ever stand. The message names the ladder and the rung. Runs before every dbt command.
-#}
{% macro check_ladders() %}
    {%- set name = '^[a-z][a-z0-9_]*$' -%}
    {%- for ladder, declaration in var('ladders').items() %}
        {%- if not modules.re.match(name, ladder) %}
            {{ bad_ladder(ladder, 'its name is not of lower case letters, digits and _') }}
        {%- endif %}
        {%- if declaration.first_rung_no is not integer or declaration.first_rung_no < 0 or not declaration.rungs %}
            {{ bad_ladder(ladder, 'it needs `first_rung_no`, a whole number from 0 on, and `rungs`') }}
        {%- endif %}
        {%- for rung in declaration.rungs %}
            {{- check_rung(ladder, rung, declaration.rungs[:loop.index0] | map(attribute='rung') | list) }}
        {%- endfor %}
    {%- endfor %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test'] %}
        {%- set stood_on = run_query(rungs_stood_on()).rows | map('join', ' ') | list -%}
        {%- for rung in ladder_rungs() if rung.ladder ~ ' ' ~ rung.rung_no not in stood_on %}
            {{ bad_ladder(
                rung.ladder, 'nobody can ever stand on `' ~ rung.rung ~ '`: `' ~ rung.when
                ~ '` cannot hold, or whoever meets it stands on a higher rung'
            ) }}
        {%- endfor %}
    {%- endif %}
{% endmacro %}

{% macro check_rung(ladder, rung, names_below) %}
    {%- set facts = facts_of_a_rung() -%}
    {%- for key in ['rung', 'rule', 'when'] if not rung[key] %}
        {{ bad_ladder(ladder, 'the rung after ' ~ names_below ~ ' has no `' ~ key ~ '`') }}
    {%- endfor %}
    {%- if not modules.re.match('^[a-z][a-z0-9_]*$', rung.rung) %}
        {{ bad_ladder(ladder, '`' ~ rung.rung ~ '` is not of lower case letters, digits and _') }}
    {%- endif %}
    {%- if rung.rung in names_below or rung.rung == 'lapsed' %}
        {{ bad_ladder(ladder, 'the name `' ~ rung.rung ~ '` is taken, by another rung or an outcome of ladder_transitions') }}
    {%- endif %}
    {%- if "'" in rung.rule | string or '\\' in rung.rule | string %}
        {{ bad_ladder(ladder, 'the rule of `' ~ rung.rung ~ '` has a quote or a backslash') }}
    {%- endif %}
    {%- set condition = 'true' if rung.when is true else rung.when | string -%}
    {%- for word in modules.re.findall('[A-Za-z_][A-Za-z_0-9]*', condition) %}
        {%- if word not in facts + ['and', 'or', 'not', 'true', 'false', 'between'] %}
            {{ bad_ladder(ladder, 'the rung `' ~ rung.rung ~ '` asks for `' ~ word ~ '`, which is none of the facts: ' ~ facts | join(', ')) }}
        {%- endif %}
    {%- endfor %}
    {%- if not is_condition(condition) %}
        {{ bad_ladder(ladder, 'the condition of `' ~ rung.rung ~ '` is not of facts, numbers, comparisons, and, or, not and brackets that close: ' ~ condition) }}
    {%- endif %}
{% endmacro %}

{#- Whether a text is a condition: taken together bit by bit, b for true or not and n for a number, one b is left. -#}
{% macro is_condition(text) %}
    {%- set left = namespace(
        text=modules.re.sub('\\b(' ~ (facts_of_a_rung()[1:] + ['true', 'false']) | join('|') ~ ')\\b', 'b', text)
    ) -%}
    {%- set left.text = modules.re.sub('\\boccasions\\b|\\b\\d+(\\.\\d+)?\\b', 'n', left.text) -%}
    {%- for _ in text -%}
        {%- for together, kind in [
            ('\\(\\s*([bn])\\s*\\)', ' \\1 '),
            ('\\bn\\s+between\\s+n\\s+and\\s+n\\b', 'b'),
            ('\\bn\\s*(<=|>=|<>|=|<|>)\\s*n\\b', 'b'),
            ('\\bnot\\s+b\\b', 'b'),
            ('\\bb\\s+(and|or)\\s+b\\b', 'b')
        ] -%}
            {%- set left.text = modules.re.sub(together, kind, left.text) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(left.text | trim == 'b') }}
{% endmacro %}

{#- The facts of a day that the condition of a rung may name; all but occasions are true or not. -#}
{% macro facts_of_a_rung() %}
    {{ return([
        'occasions', 'is_active', 'is_regular', 'is_reached', 'is_interested', 'is_only_us', 'pays_premium',
        'has_recommended', 'is_promoter'
    ]) }}
{% endmacro %}

{#- Every rung that a person of whatever facts can stand on, or one who meets a condition. -#}
{% macro rungs_stood_on(condition='true') -%}
with answers as (

    select true as answer
    union all
    select false as answer

),

counts as (

    {% for occasions in range(var('regular_min_occasions') + 1) -%}
    select {{ occasions }} as occasions
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

people as (

    select
        counts.occasions,
        is_active.answer as is_active,
        is_active.answer and counts.occasions >= {{ var('regular_min_occasions') }} as is_regular,
        {%- for fact in facts_of_a_rung()[3:] %}
        {{ fact }}.answer as {{ fact }}{{ ',' if not loop.last }}
        {%- endfor %}
    from counts
    cross join answers as is_active
    {%- for fact in facts_of_a_rung()[3:] %}
    cross join answers as {{ fact }}
    {%- endfor %}
    -- Only who has bought is active, and whoever has bought has shown interest.
    where
        (counts.occasions > 0 or not is_active.answer)
        and (counts.occasions = 0 or is_interested.answer)
        and {{ condition }}

)

{% for ladder in var('ladders') -%}
select distinct
    '{{ ladder }}' as ladder,
    {{ rung_no_of(ladder) }} as rung_no
from people
{{ 'union all' if not loop.last }}
{% endfor -%}
{% endmacro %}

{% macro bad_ladder(ladder, wrong) %}
    {{ exceptions.raise_compiler_error('The ladder `' ~ ladder ~ '` cannot be meant: ' ~ wrong ~ '; correct it under `ladders` in dbt_project.yml.') }}
{% endmacro %}
