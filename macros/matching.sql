{#-
Pairs in which each side is the nearest to the other, then the nearest of what is left, a few times over: so every
left and every right is in one pair at most. `order_by` says what is near, and must tell all pairs apart. Written
as CTEs behind a CTE `relation`; the pairs are in `matched_pairs` where is_chosen.
-#}
{% macro nearest_pairs(relation, left, right, order_by, rounds=3) -%}
round_0 as (

    select
        {{ relation }}.*,
        false as is_chosen_0,
        false as is_taken_0
    from {{ relation }}

),
{% for round in range(1, rounds + 1) %}
ranked_{{ round }} as (

    select
        *,
        row_number() over (partition by {{ left }}, is_taken_{{ round - 1 }} order by {{ order_by }}) as left_rank_{{ round }},
        row_number() over (partition by {{ right }}, is_taken_{{ round - 1 }} order by {{ order_by }}) as right_rank_{{ round }}
    from round_{{ round - 1 }}

),

chosen_{{ round }} as (

    select
        *,
        is_chosen_{{ round - 1 }}
        or (not is_taken_{{ round - 1 }} and left_rank_{{ round }} = 1 and right_rank_{{ round }} = 1)
            as is_chosen_{{ round }}
    from ranked_{{ round }}

),

round_{{ round }} as (

    select
        *,
        bool_or(is_chosen_{{ round }}) over (partition by {{ left }})
        or bool_or(is_chosen_{{ round }}) over (partition by {{ right }}) as is_taken_{{ round }}
    from chosen_{{ round }}

),
{% endfor %}
matched_pairs as (

    select
        *,
        is_chosen_{{ rounds }} as is_chosen,
        is_taken_{{ rounds }} as is_taken
    from round_{{ rounds }}

)
{%- endmacro %}
