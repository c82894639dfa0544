-- S3-11, S2-10: how steadily a customer buys, by their own rhythm too: who comes once a year is as steady as
-- who comes every month. Three purchase days give the two gaps that a variation needs.
with facts as (

    select * from {{ ref('customer_facts') }}

),

customers as (

    select * from {{ ref('customers') }}

),

monthly as (

    select * from {{ ref('abc_xyz_customers') }}

),

trends as (

    select * from {{ ref('customer_trends') }}

),

months_of_year as (

    select
        customer_id,
        extract(month from month) as month_of_year,
        count(*) as years
    from {{ ref('customer_months') }}
    group by customer_id, extract(month from month)

),

repeated_months as (

    select
        customer_id,
        count(*) as repeated_months
    from months_of_year
    where years >= 2
    group by customer_id

),

companies as (

    select distinct identities.customer_id
    from {{ ref('person_keys') }} as person_keys
    inner join {{ ref('identities') }} as identities
        on person_keys.person_id = identities.person_id
    where person_keys.key_kind = 'tax_id'

),

tax_ids as (

    select count(*) > 0 as are_known from companies

)

select
    facts.customer_id,
    facts.mean_gap_days,
    facts.median_gap_days,
    case when facts.purchase_days >= 3 then {{ ratio('facts.std_gap_days', 'facts.mean_gap_days') }} end as gap_cv,
    monthly.cv as monthly_cv,
    monthly.xyz,
    -- A rate a year is not known of who has not been a customer for one; no more is a month of the year come back.
    case when facts.age_days >= 365 then {{ ratio('facts.orders * 365', 'facts.age_days + 1') }} end as orders_per_year,
    coalesce(repeated_months.repeated_months, 0) as repeated_months,
    case when facts.age_days >= 365 then coalesce(repeated_months.repeated_months, 0) > 0 end as is_seasonal,
    case
        when companies.customer_id is not null then true
        when customers.is_registered and tax_ids.are_known then false
    end as is_b2b,
    trends.revenue_last_3_months,
    trends.revenue_previous_3_months,
    trends.trend_ratio,
    trends.trend
from facts
cross join tax_ids
inner join customers
    on facts.customer_id = customers.customer_id
inner join monthly
    on facts.customer_id = monthly.customer_id
inner join trends
    on facts.customer_id = trends.customer_id
left join repeated_months
    on facts.customer_id = repeated_months.customer_id
left join companies
    on facts.customer_id = companies.customer_id
