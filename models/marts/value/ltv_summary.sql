-- K9 for the shop: ratios of sums, never means of means, so that S x C x P x T is the mean margin of a
-- customer. The projection replaces the observed lifetime by 1 / (1 - monthly CRR).
with facts as (

    select * from {{ ref('customer_facts') }}

),

retention as (

    select * from {{ ref('customer_retention') }}

),

totals as (

    select
        count(*) as customers,
        sum(orders) as orders,
        sum(active_months) as active_months,
        sum(revenue) as revenue,
        sum(costed_revenue) as costed_revenue,
        sum(costed_margin) as costed_margin,
        {{ known_total('margin') }} as margin
    from facts

),

-- Pooled: months weigh by the customers they start with. Months whose start looks back past the first
-- order in the data would look too good.
monthly_retention as (

    select {{ ratio('sum(retained)', 'sum(s_start)') }} as crr_month
    from retention
    where
        period_grain = 'month'
        and window_days = {{ var('activity_window_days') }}
        and not left_censored

),

factors as (

    select
        totals.customers,
        {{ ratio('totals.revenue', 'totals.orders') }} as avg_check,
        {{ ratio('totals.orders', 'totals.active_months') }} as purchases_per_month,
        case
            when totals.costed_revenue > 0
                then {{ ratio('totals.costed_margin', 'totals.costed_revenue') }}
        end as margin_rate,
        {{ ratio('totals.active_months', 'totals.customers') }} as lifetime_months,
        {{ ratio('totals.margin', 'totals.customers') }} as mean_historic_margin,
        {{ ratio('totals.costed_revenue', 'totals.revenue') }} as cost_coverage,
        monthly_retention.crr_month,
        1 / nullif(1 - monthly_retention.crr_month, 0) as lifetime_months_projected
    from totals
    cross join monthly_retention

)

select
    customers,
    avg_check,
    purchases_per_month,
    margin_rate,
    lifetime_months,
    avg_check * purchases_per_month * margin_rate * lifetime_months as ltv_formula,
    mean_historic_margin,
    crr_month,
    lifetime_months_projected,
    avg_check * purchases_per_month * margin_rate * lifetime_months_projected as ltv_projected,
    coalesce(cost_coverage, 0) as cost_coverage
from factors
