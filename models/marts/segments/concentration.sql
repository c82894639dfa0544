-- K10. Totals below zero are clipped at 0. Where a measure is not known of every customer, its row
-- says so by NULLs instead of describing a part.
with facts as (

    select * from {{ ref('customer_facts') }}

),

exchangers as (

    select * from {{ ref('occasions_of_exchangers') }}

),

populations as (

    select 'all' as population
    union all
    select 'regular' as population

),

measures as (

    select 'revenue' as measure
    union all
    select 'margin' as measure

),

members as (

    select
        populations.population,
        measures.measure,
        greatest(case measures.measure when 'revenue' then facts.revenue else facts.margin end, 0) as amount,
        case measures.measure when 'revenue' then facts.revenue else facts.margin end is not null as is_known
    from facts
    cross join measures
    left join exchangers
        on facts.customer_id = exchangers.customer_id
    inner join populations
        on
            populations.population = 'all'
            or ({{ is_regular(
                'coalesce(exchangers.occasions, facts.purchase_days)', 'coalesce(exchangers.occasions, facts.orders)',
                'facts.is_active'
            ) }})

),

-- Equals may stand in any order: no sum up to a rank depends on it.
ranked as (

    select
        population,
        measure,
        amount,
        is_known,
        row_number() over from_top as rank_from_top,
        count(*) over (partition by population, measure) as customers,
        sum(amount) over (partition by population, measure) as total,
        sum(amount) over from_top as amount_so_far
    from members
    window from_top as (
        partition by population, measure order by amount desc rows between unbounded preceding and current row
    )

),

summed as (

    select
        population,
        measure,
        count(*) as customers,
        bool_and(is_known) as is_known,
        sum(amount) as total,
        sum((customers - rank_from_top + 1) * amount) as sum_of_ranked_amounts,
        -- The share first in whole parts of 10,000: a float of 0.2 x 5 must not round up to 2 customers.
        max(cast(ceil(customers * {{ (var('top_customers_share') * 10000) | round | int }} / 10000) as bigint))
            as top_customers,
        sum(amount) filter (
            where rank_from_top <= ceil(customers * {{ (var('top_customers_share') * 10000) | round | int }} / 10000)
        ) as top_amount,
        min(rank_from_top) filter (
            where amount_so_far >= cast({{ var('top_total_share') }} as decimal(6, 4)) * total
        ) as customers_for_share
    from ranked
    group by population, measure

)

select
    populations.population,
    measures.measure,
    coalesce(summed.customers, 0) as customers,
    case when summed.is_known then cast(summed.total as decimal(28, 2)) end as total,
    case
        when summed.is_known
            then {{ ratio(
                '2 * summed.sum_of_ranked_amounts - (summed.customers + 1) * summed.total',
                'summed.customers * summed.total'
            ) }}
    end as gini,
    case when summed.is_known then summed.top_customers end as top_20pct_customers,
    case when summed.is_known then {{ ratio('summed.top_amount', 'summed.total') }} end as top_20pct_share,
    case when summed.is_known and summed.total > 0 then summed.customers_for_share end as customers_for_80pct,
    case
        when summed.is_known and summed.total > 0
            then {{ ratio('summed.customers_for_share', 'summed.customers') }}
    end as customers_for_80pct_share
from populations
cross join measures
left join summed
    on
        populations.population = summed.population
        and measures.measure = summed.measure
