{#- The population a row of sales_skirt is about, by the columns that are grouped by beside the rung. -#}
{% macro population(channel, cohort) -%}
    case
        when grouping({{ channel }}) = 1 and grouping({{ cohort }}) = 1 then 'all'
        when grouping({{ cohort }}) = 1 then 'channel'
        when grouping({{ channel }}) = 1 then 'cohort'
        else 'channel_cohort'
    end
{%- endmacro %}

{#- The rungs on which people are customers, as a relation: those too high for anybody without an occasion. -#}
{% macro customer_rungs_relation() -%}
    select
        declared.ladder,
        declared.rung_no,
        declared.rung
    from ({{ rungs_relation() }}) as declared
    left join (
        select
            ladder,
            max(rung_no) as highest_no
        from ({{ rungs_stood_on('counts.occasions = 0') }}) as stood_on
        group by ladder
    ) as non_customers
        on declared.ladder = non_customers.ladder
    where non_customers.highest_no is null or declared.rung_no > non_customers.highest_no
{%- endmacro %}
