{#-
K6 and K7 for a population (customers, products) given its revenue per month with sales.

ABC: classes by the share of the total positive revenue that strictly larger members earn, so the one who
crosses a cut is in the higher class and equals are in one class. Compared in exact decimals.
XYZ: coefficient of variation of monthly revenue over the last xyz_months complete months, counted from
the member's first month, quiet months as zeros. N where that cannot be said, with the reason.
-#}
{% macro abc_xyz(key, monthly_revenue) %}
with monthly_revenue as (

    select * from {{ monthly_revenue }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- The last complete month ends on or before the as-of date.
observed as (

    select
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -1) }} as last_month,
        {{ add_months(period_start('month', add_days('as_of_date', 1)), -var('xyz_months')) }} as first_month
    from run_context

),

totals as (

    select
        monthly_revenue.{{ key }},
        {{ money_sum('monthly_revenue.revenue') }} as revenue,
        greatest(min(monthly_revenue.month), max(observed.first_month)) as first_month,
        max(observed.last_month) as last_month,
        {{ month_index('max(observed.last_month)') }}
        - {{ month_index('greatest(min(monthly_revenue.month), max(observed.first_month))') }} + 1 as months_since_first,
        count(*) filter (where {{ in_observed_months() }}) as active_months,
        coalesce(sum(monthly_revenue.revenue) filter (where {{ in_observed_months() }}), 0) as observed_revenue,
        coalesce(
            sum({{ squared('monthly_revenue.revenue') }})
            filter (where {{ in_observed_months() }}), 0
        ) as sum_of_squares
    from monthly_revenue
    cross join observed
    group by monthly_revenue.{{ key }}

),

ranked as (

    select
        *,
        greatest(months_since_first, 0) as n_months,
        rank() over (order by revenue desc) as revenue_rank,
        cast(sum(greatest(revenue, 0)) over () as decimal(28, 2)) as total,
        cast(
            sum(greatest(revenue, 0)) over (
                order by revenue desc range between unbounded preceding and current row
            ) as decimal(28, 2)
        ) as larger_or_equal,
        cast(sum(greatest(revenue, 0)) over (partition by revenue) as decimal(28, 2)) as equal
    from totals

),

measured as (

    select
        *,
        case
            when n_months < {{ var('xyz_min_months') }} then 'short_history'
            when active_months = 0 then 'no_purchases'
            when observed_revenue <= 0 then 'no_revenue'
        end as reason,
        -- Exact until the root, and rounded for the comparison with the cuts: no ties by float.
        round(
            sqrt(
                greatest(
                    cast(
                        n_months * cast(sum_of_squares as decimal(36, 4)) - {{ squared('observed_revenue') }}
                        as double
                    ), 0
                )
            ) / nullif(cast(observed_revenue as double), 0), 12
        ) as coefficient
    from ranked

),

classified as (

    select
        *,
        case
            when revenue <= 0 then 'C'
            when larger_or_equal - equal < cast({{ var('abc_a_share') }} as decimal(6, 4)) * total then 'A'
            when larger_or_equal - equal < cast({{ var('abc_b_share') }} as decimal(6, 4)) * total then 'B'
            else 'C'
        end as abc,
        case
            when reason is not null then 'N'
            when coefficient <= {{ var('xyz_x_cv') }} then 'X'
            when coefficient <= {{ var('xyz_y_cv') }} then 'Y'
            else 'Z'
        end as xyz,
        case
            when reason is not null then 'N'
            when coefficient <= {{ var('xyz_retail_x_cv') }} then 'X'
            when coefficient <= {{ var('xyz_retail_y_cv') }} then 'Y'
            else 'Z'
        end as xyz_retail
    from measured

)

select
    {{ key }},
    revenue,
    revenue_rank,
    {{ ratio('(larger_or_equal - equal)', 'total') }} as prefix_share,
    {{ ratio('larger_or_equal', 'total') }} as cum_share,
    abc,
    n_months,
    active_months,
    case when reason is null then coefficient end as cv,
    xyz,
    xyz_retail,
    reason,
    concat(abc, xyz) as abc_xyz,
    concat(abc, xyz) in ('{{ var('target_classes') | join("', '") }}') as is_target
from classified
{% endmacro %}


{#- True for a month within the observed ones. -#}
{% macro in_observed_months() -%}
    monthly_revenue.month between observed.first_month and observed.last_month
{%- endmacro %}
