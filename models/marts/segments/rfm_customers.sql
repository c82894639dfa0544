-- K8. A score counts the strictly worse, so that equal customers get equal scores.
with facts as (

    select * from {{ ref('customer_facts') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

ranked as (

    select
        customer_id,
        recency_days,
        orders as frequency,
        revenue as monetary,
        count(*) over () as customers,
        rank() over (order by recency_days desc) - 1 as less_recent,
        rank() over (order by orders) - 1 as less_frequent,
        rank() over (order by revenue) - 1 as less_monetary
    from facts

),

scored as (

    select
        customer_id,
        recency_days,
        frequency,
        monetary,
        cast(1 + floor(5 * less_recent / customers) as integer) as r_score,
        cast(1 + floor(5 * less_frequent / customers) as integer) as f_score,
        cast(1 + floor(5 * less_monetary / customers) as integer) as m_score
    from ranked

),

coded as (

    select
        *,
        concat(r_score, f_score, m_score) as rfm
    from scored

)

select
    coded.customer_id,
    coded.recency_days,
    coded.frequency,
    coded.monetary,
    coded.r_score,
    coded.f_score,
    coded.m_score,
    coded.rfm,
    segments.segment
from coded
left join segments
    on coded.rfm = segments.rfm
