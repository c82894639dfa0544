-- S3-18: the ladders at the ends of the months to come, beside where they stand at the end of the last complete one.
with projections as (

    select * from {{ ref('ladder_projections') }}

),

forecast_months as (

    select * from {{ ref('forecast_months') }} where is_last

),

distribution as (

    select * from {{ ref('ladder_distribution') }}

)

select
    projections.ladder,
    projections.month,
    distribution.rung_no,
    distribution.rung,
    projections.origin_month,
    projections.months_ahead,
    forecast_months.months_counted,
    distribution.customers as customers_at_origin,
    distribution.share_of_customers as share_at_origin,
    projections.customers as expected_customers,
    projections.share_of_customers as expected_share
from projections
inner join forecast_months
    on projections.origin_month = forecast_months.origin_month
inner join distribution
    on
        projections.ladder = distribution.ladder
        and projections.origin_month = distribution.month
        and projections.rung = distribution.rung
