{#- Calendar arithmetic of the periods that marts group by; grain is month or quarter. -#}

{#- First day of the period a date lies in. -#}
{% macro period_start(grain, day) -%}
    cast(date_trunc('{{ grain }}', {{ day }}) as date)
{%- endmacro %}

{#- Months counted through from the year 0, so that neighbours differ by 1. -#}
{% macro month_index(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))
{%- endmacro %}

{#- The grains of periods as a relation: their name and how many months they have. -#}
{% macro grains() -%}
    select 'month' as period_grain, 1 as months_per_period
    union all
    select 'quarter' as period_grain, 3 as months_per_period
{%- endmacro %}

{#- First day of the period a date lies in, by a grain that is a column. -#}
{% macro period_of_date(period_grain, day) -%}
    case {{ period_grain }}
        when 'quarter' then {{ period_start('quarter', day) }}
        else {{ period_start('month', day) }}
    end
{%- endmacro %}
