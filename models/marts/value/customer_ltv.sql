-- K9 for one customer: S x C x P x T. With T observed, the product is the margin earned so far.
with facts as (

    select * from {{ ref('customer_facts') }}

),

factors as (

    select
        customer_id,
        margin as historic_margin,
        aov as avg_check,
        {{ ratio('orders', 'active_months') }} as purchases_per_month,
        -- The rate is that of the orders whose cost is known; a rate on no revenue is none.
        case when costed_revenue > 0 then {{ ratio('costed_margin', 'costed_revenue') }} end as margin_rate,
        cast(active_months as double) as lifetime_months
    from facts

)

select
    customer_id,
    avg_check,
    purchases_per_month,
    margin_rate,
    lifetime_months,
    avg_check * purchases_per_month * margin_rate * lifetime_months as ltv_formula,
    historic_margin
from factors
