{#-
The connected components of a graph: one row per node with a link, and the smallest node of its component.
`links` is a relation with the columns from_id and to_id, each link in both directions.

Every node points to a node no larger than itself, at first to its smallest neighbour. In each round a node,
and whatever it points to, is moved to where its neighbours' pointers point, if that is smaller. Pointers thus
jump over ever longer ways: a chain of 10,000 takes about 20 rounds. When no pointer moves, all nodes of
a component point to the smallest one, whatever the order of the links. (Rounds are kept apart by their
number; `using key` would save that, and is twenty times slower in DuckDB 1.5.)

Spark keeps the rounds under the name of the model: so it is asked once in a model, and `links` is a table.
-#}
{% macro connected_components(links) %}{{ return(adapter.dispatch('connected_components', 'loyalty_ladder')(links)) }}{% endmacro %}
{% macro duckdb__connected_components(links) -%}
    select
        node_id,
        min(pointer) as component_id
    from (
        with recursive rounds (round_no, node_id, pointer, has_moved) as (

            select
                0 as round_no,
                from_id as node_id,
                least(from_id, min(to_id)) as pointer,
                true as has_moved
            from {{ links }}
            group by from_id

            union all

            select
                nodes.round_no + 1 as round_no,
                nodes.node_id,
                min(moves.pointer) as pointer,
                min(moves.pointer) < nodes.pointer as has_moved
            from (
                select links.from_id as node_id, beyond.pointer
                from {{ links }} as links
                inner join rounds as neighbours on links.to_id = neighbours.node_id
                inner join rounds as beyond on neighbours.pointer = beyond.node_id
                union all
                select nodes.pointer as node_id, beyond.pointer
                from {{ links }} as links
                inner join rounds as nodes on links.from_id = nodes.node_id
                inner join rounds as neighbours on links.to_id = neighbours.node_id
                inner join rounds as beyond on neighbours.pointer = beyond.node_id
                union all
                select nodes.node_id, beyond.pointer
                from rounds as nodes
                inner join rounds as beyond on nodes.pointer = beyond.node_id
            ) as moves
            inner join rounds as nodes on moves.node_id = nodes.node_id
            where exists (select 1 from rounds where has_moved)
            group by nodes.round_no, nodes.node_id, nodes.pointer

        )

        select node_id, pointer from rounds
    ) as pointers
    group by node_id
{%- endmacro %}
{#- Spark has no such recursion: each round is a cached view of the session, until one moves nothing. -#}
{% macro spark__connected_components(links) -%}
    {%- set ns = namespace(last=model.name ~ '__round_0', settled=not is_built()) -%}
    {%- if is_built() -%}
        {%- do run_query(
            'cache table ' ~ ns.last ~ ' as select from_id as node_id, least(from_id, min(to_id)) as pointer from '
            ~ links ~ ' group by from_id'
        ) -%}
    {%- endif -%}
    {%- for round in range(1, 100) if not ns.settled -%}
        {%- set rounds = ns.last -%}
        {%- set ns.last = model.name ~ '__round_' ~ round -%}
        {%- call statement('round', fetch_result=False) -%}
            cache table {{ ns.last }} as
            select node_id, min(pointer) as pointer
            from (
                select links.from_id as node_id, beyond.pointer
                from {{ links }} as links
                inner join {{ rounds }} as neighbours on links.to_id = neighbours.node_id
                inner join {{ rounds }} as beyond on neighbours.pointer = beyond.node_id
                union all
                select nodes.pointer as node_id, beyond.pointer
                from {{ links }} as links
                inner join {{ rounds }} as nodes on links.from_id = nodes.node_id
                inner join {{ rounds }} as neighbours on links.to_id = neighbours.node_id
                inner join {{ rounds }} as beyond on neighbours.pointer = beyond.node_id
                union all
                select nodes.node_id, beyond.pointer
                from {{ rounds }} as nodes
                inner join {{ rounds }} as beyond on nodes.pointer = beyond.node_id
            ) as moves
            group by node_id
        {%- endcall -%}
        {%- set moved = run_query(
            'select count(*) from ' ~ ns.last ~ ' as new inner join ' ~ rounds
            ~ ' as old on new.node_id = old.node_id where new.pointer < old.pointer'
        ) -%}
        {%- set ns.settled = moved.rows[0][0] == 0 -%}
    {%- endfor -%}
    {{ check_settled(ns.settled) }}
    select node_id, pointer as component_id from {{ ns.last }}
{%- endmacro %}

{#- True while a model is built, and not only parsed or compiled. -#}
{% macro is_built() %}{{ return(execute and flags.WHICH in ['build', 'run']) }}{% endmacro %}

{% macro check_settled(is_settled) %}
    {%- if not is_settled %}{{ exceptions.raise_compiler_error('The graph of ' ~ model.name ~ ' does not settle.') }}{% endif -%}
{% endmacro %}

{#-
The numbers of the links (in a column of that name) that close a circle: from where a link leads to, links with
smaller numbers lead back to where it comes from. `relation` has a row per link, numbered in order of time.

From the beginning of each link that could close one, the way is gone backwards. No place is come to twice on the
same way (`union`), so that a circle that is already there ends it too.
-#}
{% macro links_that_close_a_circle(relation, link_no, from_id, to_id) %}{{ return(adapter.dispatch('links_that_close_a_circle', 'loyalty_ladder')(relation, link_no, from_id, to_id)) }}{% endmacro %}
{% macro duckdb__links_that_close_a_circle(relation, link_no, from_id, to_id) -%}
    select distinct {{ link_no }}
    from (
        with recursive ways (link_no, target_id, place_id) as (

            select
                links.{{ link_no }} as link_no,
                links.{{ to_id }} as target_id,
                links.{{ from_id }} as place_id
            from {{ relation }} as links
            inner join (
                select {{ from_id }} as person_id, min({{ link_no }}) as link_no
                from {{ relation }} as onward
                group by {{ from_id }}
            ) as beginnings
                on links.{{ to_id }} = beginnings.person_id and links.{{ link_no }} > beginnings.link_no

            union

            select
                ways.link_no,
                ways.target_id,
                links.{{ from_id }} as place_id
            from ways
            inner join {{ relation }} as links
                on ways.place_id = links.{{ to_id }} and ways.link_no > links.{{ link_no }}
            where ways.place_id <> ways.target_id

        )

        select link_no as {{ link_no }} from ways where place_id = target_id
    ) as circles
{%- endmacro %}
{#- Each step is a cached view of the session with all ways so far, until one finds no place that is new on its way. -#}
{% macro spark__links_that_close_a_circle(relation, link_no, from_id, to_id) -%}
    {%- set ns = namespace(last='referrals__step_0', settled=not is_built()) -%}
    {%- if is_built() -%}
        {%- call statement('beginnings', fetch_result=False) -%}
            cache table {{ ns.last }} as
            select distinct
                links.{{ link_no }} as link_no,
                links.{{ to_id }} as target_id,
                links.{{ from_id }} as place_id,
                0 as step_no
            from {{ relation }} as links
            inner join (
                select {{ from_id }} as person_id, min({{ link_no }}) as link_no
                from {{ relation }} as onward
                group by {{ from_id }}
            ) as beginnings
                on links.{{ to_id }} = beginnings.person_id and links.{{ link_no }} > beginnings.link_no
        {%- endcall -%}
    {%- endif -%}
    {%- for step in range(1, 1000) if not ns.settled -%}
        {%- set ways = ns.last -%}
        {%- set ns.last = 'referrals__step_' ~ step -%}
        {%- call statement('step', fetch_result=False) -%}
            cache table {{ ns.last }} as
            select link_no, target_id, place_id, min(step_no) as step_no
            from (
                select link_no, target_id, place_id, step_no from {{ ways }}
                union all
                select ways.link_no, ways.target_id, links.{{ from_id }} as place_id, {{ step }} as step_no
                from {{ ways }} as ways
                inner join {{ relation }} as links
                    on ways.place_id = links.{{ to_id }} and ways.link_no > links.{{ link_no }}
                where ways.place_id <> ways.target_id and ways.step_no = {{ step - 1 }}
            ) as all_ways
            group by link_no, target_id, place_id
        {%- endcall -%}
        {%- set found = run_query('select count(*) from ' ~ ns.last ~ ' where step_no = ' ~ step) -%}
        {%- set ns.settled = found.rows[0][0] == 0 -%}
    {%- endfor -%}
    {{ check_settled(ns.settled) }}
    select distinct link_no as {{ link_no }} from {{ ns.last }} where place_id = target_id
{%- endmacro %}
