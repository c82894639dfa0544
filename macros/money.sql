{#- Money is exact: decimals of two places, rounded half up (away from zero) where a product needs it. -#}

{#- Amount of one row, to the cent. -#}
{% macro cents(amount) -%}
    cast(round({{ amount }}, 2) as decimal(18, 2))
{%- endmacro %}

{#-
Quantity times price, to the cent; NULL if it does not fit. Widened first: DuckDB multiplies two decimals of 18
digits in 18 digits, and 10,000 pieces at 1,000.00 do not fit into that.
-#}
{% macro line_amount(quantity, price) -%}
    try_cast(round(cast({{ quantity }} as decimal(19, 6)) * {{ price }}, 2) as decimal(18, 2))
{%- endmacro %}

{#- Money in another currency, to the cent; NULL if it does not fit. -#}
{% macro converted(amount, rate) -%}
    try_cast(round(cast({{ amount }} as decimal(28, 2)) * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}

{#- A square that fits: of money of one month. -#}
{% macro squared(amount) -%}
    cast({{ amount }} as decimal(19, 2)) * cast({{ amount }} as decimal(19, 2))
{%- endmacro %}

{#- Sum over the rows of one customer, product or day: 64 bits, up to 10^16, which is much faster than 128. -#}
{% macro money_sum(amount) -%}
    cast(sum({{ amount }}) as decimal(18, 2))
{%- endmacro %}

{#- Sum over a whole shop; wide, and yet narrow enough to be multiplied by a share. -#}
{% macro money_total(amount) -%}
    cast(sum({{ amount }}) as decimal(28, 2))
{%- endmacro %}

{#- A sum with an unknown part is unknown: NULL as soon as one row is NULL. -#}
{% macro known_sum(amount) -%}
    cast(case when count(*) = count({{ amount }}) then sum({{ amount }}) end as decimal(18, 2))
{%- endmacro %}

{#- The same over a whole shop. -#}
{% macro known_total(amount) -%}
    cast(case when count(*) = count({{ amount }}) then sum({{ amount }}) end as decimal(28, 2))
{%- endmacro %}

{#- Quotient as a double; NULL where the divisor is zero or unknown. -#}
{% macro ratio(dividend, divisor) -%}
    (cast({{ dividend }} as double) / nullif(cast({{ divisor }} as double), 0))
{%- endmacro %}
