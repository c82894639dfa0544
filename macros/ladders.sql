{#- K12: what makes a regular, and how occasions are counted. -#}
{% macro is_regular(purchase_days, orders, is_active) -%}
    {{ orders if var('occasion_unit') == 'order' else purchase_days }} >= {{ var('regular_min_occasions') }}
    and {{ is_active }}
{%- endmacro %}

{#- The declared ladders, rungs numbered, as a list of dicts (ladder, rung_no, rung, rule, when). -#}
{% macro ladder_rungs() %}
    {%- set rungs = [] -%}
    {%- for ladder, declaration in var('ladders').items() -%}
        {%- for rung in declaration.rungs -%}
            {%- do rungs.append({
                'ladder': ladder, 'rung_no': declaration.first_rung_no + loop.index0,
                'rung': rung.rung, 'rule': rung.rule, 'when': rung.when
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(rungs) }}
{% endmacro %}

{#- The declared rungs as a relation. -#}
{% macro rungs_relation() -%}
    {%- for rung in ladder_rungs() %}
    select
        '{{ rung.ladder }}' as ladder,
        {{ rung.rung_no }} as rung_no,
        '{{ rung.rung }}' as rung,
        '{{ rung.rule }}' as rule_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The highest rung of a ladder whose condition holds; NULL on no rung. A condition that is NULL does not hold. -#}
{% macro rung_no_of(ladder) -%}
    case
        {%- for rung in ladder_rungs() | selectattr('ladder', 'equalto', ladder) | list | reverse %}
        when {{ rung.when }} then {{ rung.rung_no }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Stays of one day come one after another: a rung passed on the way up or down before the one reached. -#}
{% macro order_of_stays() -%}
    valid_from, case when direction = 'down' then -rung_no else rung_no end
{%- endmacro %}

{#- What a rung of a ladder is called, by its number. -#}
{% macro name_of_rung(ladder, rung_no) -%}
    case {{ rung_no }}
        {%- for rung in ladder_rungs() | selectattr('ladder', 'equalto', ladder) %}
        when {{ rung.rung_no }} then '{{ rung.rung }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- What a rung can depend on, each a sum that runs over the changes of a person. -#}
{% macro kinds_of_change() %}
    {{ return([
        'occasions', 'activity', 'reach', 'interest', 'only_us', 'elsewhere', 'premium', 'recommended', 'promoter'
    ]) }}
{% endmacro %}

{#- What a change adds to each sum: the expressions given by kind, else nothing. -#}
{% macro additions(expressions) -%}
    {%- for kind in kinds_of_change() %}
        {{ expressions.get(kind, 0) }} as {{ kind }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The evidence beyond orders that a ladder asks for, by the facts its rungs name. -#}
{% macro evidence_asked_for(ladder) %}
    {%- set conditions = ladder_rungs() | selectattr('ladder', 'equalto', ladder) | map(attribute='when') | join(' ') -%}
    {%- set asked = {} -%}
    {%- for fact, name in [
        ('is_only_us', 'only_us'), ('pays_premium', 'premium'), ('has_recommended', 'recommended'),
        ('is_promoter', 'promoter')
    ] if fact in conditions -%}
        {%- do asked.update({fact: name}) -%}
    {%- endfor -%}
    {{ return(asked) }}
{% endmacro %}

{#- What speaks for a person on a ladder: the kinds of evidence that hold, none, or no_data where none is known. -#}
{% macro evidence_of(ladder, relation) -%}
    {%- set asked = evidence_asked_for(ladder) -%}
    {%- if not asked -%}
    'no_data'
    {%- else -%}
    case
        when {% for fact in asked %}{{ relation }}.{{ fact }}{{ ' or ' if not loop.last }}{% endfor %}
            then concat_ws(
                ', '{% for fact, name in asked.items() %}, case when {{ relation }}.{{ fact }} then '{{ name }}' end{% endfor %}
            )
        when {% for fact in asked %}{{ relation }}.{{ fact }} is null{{ ' and ' if not loop.last }}{% endfor %}
            then 'no_data'
        else 'none'
    end
    {%- endif -%}
{%- endmacro %}
