{#-
Ids of the rows that fit into the limit of their group when taken in order: a row that does not fit is
left out, and a later smaller one may still fit. A fold, because no window can forget a row it has seen.
Only groups that go over their limit are folded. (The arrow, because sqlfluff does not know `lambda` yet.)
-#}
{% macro first_that_fit(relation, group_by, id, amount, order_by, limit) %}{{ return(adapter.dispatch('first_that_fit', 'loyalty_ladder')(relation, group_by, id, amount, order_by, limit)) }}{% endmacro %}
{% macro duckdb__first_that_fit(relation, group_by, id, amount, order_by, limit) -%}
    select
        unnest(
            case
                when sum({{ amount }}) <= max({{ limit }}) then list({{ id }})
                else list_reduce(
                    list(
                        {'ids': [{{ id }}], 'rest': cast(-{{ amount }} as decimal(28, 2))}
                        order by {{ order_by }}
                    ),
                    (taken, refund) -> case
                        when taken.rest + refund.rest >= 0
                            then {
                                'ids': list_concat(taken.ids, refund.ids),
                                'rest': cast(taken.rest + refund.rest as decimal(28, 2))
                            }
                        else taken
                    end,
                    {'ids': cast([] as varchar[]), 'rest': cast(max({{ limit }}) as decimal(28, 2))}
                ).ids
            end
        ) as {{ id }}
    from {{ relation }}
    group by {{ group_by }}
{%- endmacro %}

{#- The numbers 0 to a highest one (an aggregate over a relation), in a column `number`; none where it is NULL. -#}
{% macro numbers_up_to(highest, relation) %}{{ return(adapter.dispatch('numbers_up_to', 'loyalty_ladder')(highest, relation)) }}{% endmacro %}
{% macro duckdb__numbers_up_to(highest, relation) -%}
    select unnest(generate_series(0, {{ highest }})) as number
    from {{ relation }}
{%- endmacro %}

{#- One row for each whole number on the way from one number (left out) to another (included), up or down. -#}
{% macro numbers_on_the_way(previous, reached) %}{{ return(adapter.dispatch('numbers_on_the_way', 'loyalty_ladder')(previous, reached)) }}{% endmacro %}
{% macro duckdb__numbers_on_the_way(previous, reached) -%}
    unnest(
        case
            when {{ reached }} > {{ previous }} then generate_series({{ previous }} + 1, {{ reached }})
            else generate_series({{ previous }} - 1, {{ reached }}, -1)
        end
    )
{%- endmacro %}

{#- The next value after a row, by a named window, that is not NULL. -#}
{% macro next_known(expression, window) %}{{ return(adapter.dispatch('next_known', 'loyalty_ladder')(expression, window)) }}{% endmacro %}
{% macro duckdb__next_known(expression, window) -%}
    lead({{ expression }} ignore nulls) over {{ window }}
{%- endmacro %}
