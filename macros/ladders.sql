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

{#- What a rung of a ladder is called (or its rule), by its number. -#}
{% macro name_of_rung(ladder, rung_no, attribute) -%}
    case {{ rung_no }}
        {%- for rung in ladder_rungs() | selectattr('ladder', 'equalto', ladder) %}
        when {{ rung.rung_no }} then '{{ rung[attribute] }}'
        {%- endfor %}
    end
{%- endmacro %}
