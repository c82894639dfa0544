{#- What is in the warehouse before dbt comes: the tables of the shop, with types as its own loader finds them. -#}
{% macro load_shop() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- do run_query('create schema if not exists shop') -%}
        {%- for name in ['orders', 'order_lines', 'customers', 'products', 'refunds', 'exchange_rates'] -%}
            {%- set file = env_var('SHOP_DATA', '../golden/data') ~ '/' ~ name ~ '.csv' -%}
            {%- do run_query('create or replace table shop.' ~ name ~ " as select * from read_csv('" ~ file ~ "')") -%}
        {%- endfor -%}
        {%- do run_query(
            'create or replace table shop."Goods for Sale" as '
            ~ 'select product_id as "Product_ID", name as "NAME", 3.5 as "weight, kg" from shop.products'
        ) -%}
    {%- endif -%}
{% endmacro %}
