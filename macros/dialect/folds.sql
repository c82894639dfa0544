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
                        {'ids': [{{ id }}], 'rest': cast(-{{ amount }} as decimal(28, 6))}
                        order by {{ order_by }}
                    ),
                    (taken, refund) -> case
                        when taken.rest + refund.rest >= 0
                            then {
                                'ids': list_concat(taken.ids, refund.ids),
                                'rest': cast(taken.rest + refund.rest as decimal(28, 6))
                            }
                        else taken
                    end,
                    {'ids': cast([] as varchar[]), 'rest': cast(max({{ limit }}) as decimal(28, 6))}
                ).ids
            end
        ) as {{ id }}
    from {{ relation }}
    group by {{ group_by }}
{%- endmacro %}
{% macro spark__first_that_fit(relation, group_by, id, amount, order_by, limit) -%}
    select
        explode(
            case
                when sum({{ amount }}) <= max({{ limit }}) then collect_list({{ id }})
                else aggregate(
                    array_sort(collect_list(struct({{ order_by }}, {{ id }} as id, {{ amount }} as amount))),
                    struct(
                        cast(array() as array<string>) as ids, cast(max({{ limit }}) as decimal(28, 6)) as rest
                    ),
                    (taken, refund) -> case
                        when taken.rest >= refund.amount
                            then struct(
                                concat(taken.ids, array(refund.id)) as ids,
                                cast(taken.rest - refund.amount as decimal(28, 6)) as rest
                            )
                        else taken
                    end,
                    taken -> taken.ids
                )
            end
        ) as {{ id }}
    from {{ relation }}
    group by {{ group_by }}
{%- endmacro %}

{#-
For each return the order it takes units from: (the key, refund_id, order_id, line_no), only where there is one. Returns are taken
in order of time; each takes from the latest good bought before it of which enough units are left, at its own
price if there is one, else at a higher price. `returns` and `goods` share the key columns. A fold, because what is
left depends on every return before.
-#}
{% macro latest_with_enough_left(returns, goods, key) %}{{ return(adapter.dispatch('latest_with_enough_left', 'loyalty_ladder')(returns, goods, key)) }}{% endmacro %}
{% macro duckdb__latest_with_enough_left(returns, goods, key) -%}
{%- set enough = 'good.ordered_at <= wanted.goods[1].ordered_at and good.units >= wanted.goods[1].units' %}
    select
        {% for column in key %}returns_by_key.{{ column }}, {% endfor %}
        unnest(list_reduce(
            returns_by_key.returns,
            (state, wanted) -> list_transform(
                [
                    coalesce(
                        list_filter(
                            state.goods, good -> {{ enough }} and good.price = wanted.goods[1].price
                        )[-1],
                        list_filter(
                            state.goods, good -> {{ enough }} and good.price > wanted.goods[1].price
                        )[-1]
                    )
                ],
                found -> case
                    when found.order_id is null then state
                    else {
                        'taken': list_append(
                            state.taken,
                            {
                                'refund_id': wanted.taken[1].refund_id,
                                'order_id': found.order_id,
                                'line_no': found.line_no
                            }
                        ),
                        'goods': list_transform(
                            state.goods,
                            good -> {
                                'order_id': good.order_id,
                                'line_no': good.line_no,
                                'ordered_at': good.ordered_at,
                                'price': good.price,
                                'units': case
                                    when good.order_id = found.order_id and good.price = found.price
                                        then cast(good.units - wanted.goods[1].units as decimal(28, 6))
                                    else good.units
                                end
                            }
                        )
                    }
                end
            )[1],
            {
                'taken': cast([] as struct(refund_id varchar, order_id varchar, line_no varchar)[]),
                'goods': goods_by_key.goods
            }
        ).taken, recursive := true)
    from (
        select
            {{ key | join(', ') }},
            list(
                {
                    'taken': [
                        {
                            'refund_id': refund_id,
                            'order_id': cast(null as varchar),
                            'line_no': cast(null as varchar)
                        }
                    ],
                    'goods': [
                        {
                            'order_id': cast(null as varchar),
                            'line_no': cast(null as varchar),
                            'ordered_at': returned_at,
                            'price': price,
                            'units': units
                        }
                    ]
                }
                order by returned_at, refund_id
            ) as returns
        from {{ returns }}
        group by {{ key | join(', ') }}
    ) as returns_by_key
    inner join (
        select
            {{ key | join(', ') }},
            list(
                {
                    'order_id': order_id,
                    'line_no': line_no,
                    'ordered_at': ordered_at,
                    'price': price,
                    'units': units
                }
                order by ordered_at, order_id, price
            ) as goods
        from {{ goods }}
        group by {{ key | join(', ') }}
    ) as goods_by_key
        on {% for column in key %}{{ 'and ' if not loop.first }}returns_by_key.{{ column }} = goods_by_key.{{ column }} {% endfor %}
{%- endmacro %}
{% macro spark__latest_with_enough_left(returns, goods, key) -%}
{%- set enough = 'good.ordered_at <= wanted.returned_at and good.units >= wanted.units' %}
    select
        {{ key | join(', ') }},
        inline(aggregate(
            returns_by_key.returns,
            struct(
                cast(array() as array<struct<refund_id: string, order_id: string, line_no: string>>) as taken,
                goods_by_key.goods as goods
            ),
            (state, wanted) -> transform(
                array(
                    coalesce(
                        try_element_at(
                            filter(state.goods, good -> {{ enough }} and good.price = wanted.price), -1
                        ),
                        try_element_at(
                            filter(state.goods, good -> {{ enough }} and good.price > wanted.price), -1
                        )
                    )
                ),
                found -> case
                    when found is null then state
                    else struct(
                        concat(
                            state.taken,
                            array(
                                struct(
                                    wanted.refund_id as refund_id,
                                    found.order_id as order_id,
                                    found.line_no as line_no
                                )
                            )
                        ) as taken,
                        transform(
                            state.goods,
                            good -> struct(
                                good.ordered_at as ordered_at,
                                good.order_id as order_id,
                                good.price as price,
                                good.line_no as line_no,
                                case
                                    when good.order_id = found.order_id and good.price = found.price
                                        then cast(good.units - wanted.units as decimal(28, 6))
                                    else good.units
                                end as units
                            )
                        ) as goods
                    )
                end
            )[0],
            state -> state.taken
        ))
    from (
        select
            {{ key | join(', ') }},
            array_sort(collect_list(struct(returned_at, refund_id, price, units))) as returns
        from {{ returns }}
        group by {{ key | join(', ') }}
    ) as returns_by_key
    inner join (
        select
            {{ key | join(', ') }},
            array_sort(collect_list(struct(ordered_at, order_id, price, line_no, units))) as goods
        from {{ goods }}
        group by {{ key | join(', ') }}
    ) as goods_by_key
        using ({{ key | join(', ') }})
{%- endmacro %}

{#- The numbers 0 to a highest one (an aggregate over a relation), in a column `number`; none where it is NULL. -#}
{% macro numbers_up_to(highest, relation) %}{{ return(adapter.dispatch('numbers_up_to', 'loyalty_ladder')(highest, relation)) }}{% endmacro %}
{% macro duckdb__numbers_up_to(highest, relation) -%}
    select unnest(generate_series(0, {{ highest }})) as number
    from {{ relation }}
{%- endmacro %}
{% macro spark__numbers_up_to(highest, relation) -%}
    select explode(case when highest >= 0 then sequence(0, highest) end) as number
    from (select {{ highest }} as highest from {{ relation }}) as highest_of_all
{%- endmacro %}

{#- The next value after a row, by a named window, that is not NULL. -#}
{% macro next_known(expression, window) %}{{ return(adapter.dispatch('next_known', 'loyalty_ladder')(expression, window)) }}{% endmacro %}
{% macro duckdb__next_known(expression, window) -%}
    lead({{ expression }} ignore nulls) over {{ window }}
{%- endmacro %}
{% macro spark__next_known(expression, window) -%}
    lead({{ expression }}) ignore nulls over {{ window }}
{%- endmacro %}
