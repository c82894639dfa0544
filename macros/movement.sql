{#- The population a row of sales_skirt is about, by the columns that are grouped by beside the rung. -#}
{% macro population(channel, cohort) -%}
    case
        when grouping({{ channel }}) = 1 and grouping({{ cohort }}) = 1 then 'all'
        when grouping({{ cohort }}) = 1 then 'channel'
        when grouping({{ channel }}) = 1 then 'cohort'
        else 'channel_cohort'
    end
{%- endmacro %}

{#-
The rungs on which people are customers, as a relation: those too high for somebody without an occasion of whom
everything else is true that may be.
-#}
{% macro customer_rungs_relation() -%}
    select
        declared.ladder,
        declared.rung_no,
        declared.rung
    from ({{ rungs_relation() }}) as declared
    inner join (
        {%- for ladder, declaration in var('ladders').items() %}
        select
            '{{ ladder }}' as ladder,
            coalesce({{ rung_no_of(ladder) }}, {{ declaration.first_rung_no - 1 }}) as highest_no
        from (
            select
                0 as occasions,
                false as is_active,
                false as is_regular,
                true as is_interested,
                true as is_reached,
                true as is_only_us,
                true as pays_premium,
                true as has_recommended
        ) as non_customer
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as non_customers
        on
            declared.ladder = non_customers.ladder
            and declared.rung_no > non_customers.highest_no
{%- endmacro %}
