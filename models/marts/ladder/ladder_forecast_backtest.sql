-- S3-18: what would have been forecast at the end of earlier months, by what was known then, and what came. Beside
-- it, what anybody can say without a chain: nothing changes. Only origins with as many months as the chain wants.
with projections as (

    select * from {{ ref('ladder_projections') }}

),

forecast_months as (

    select * from {{ ref('forecast_months') }} where months_counted = {{ var('forecast_from_months') }}

),

distribution as (

    select * from {{ ref('ladder_distribution') }} where is_complete

),

undated_people as (

    select * from {{ ref('undated_people') }}

),

-- Who is known since nobody knows when is not a newcomer whom a forecast has missed.
stood as (

    select
        distribution.ladder,
        distribution.month,
        distribution.rung_no,
        distribution.rung,
        distribution.customers - coalesce(undated_people.customers, 0) as customers
    from distribution
    left join undated_people
        on
            distribution.ladder = undated_people.ladder
            and distribution.month = undated_people.month
            and distribution.rung = undated_people.rung

),

shared as (

    select
        *,
        {{ ratio('customers', 'sum(customers) over (partition by ladder, month)') }} as share_of_customers
    from stood

),

compared as (

    select
        projections.ladder,
        projections.origin_month,
        projections.months_ahead,
        projections.month,
        outcomes.rung_no,
        outcomes.rung,
        projections.customers as expected_customers,
        outcomes.customers as actual_customers,
        projections.share_of_customers as expected_share,
        origins.share_of_customers as share_if_unchanged,
        outcomes.share_of_customers as actual_share
    from projections
    inner join forecast_months
        on projections.origin_month = forecast_months.origin_month
    inner join shared as outcomes
        on
            projections.ladder = outcomes.ladder
            and projections.month = outcomes.month
            and projections.rung = outcomes.rung
    inner join shared as origins
        on
            projections.ladder = origins.ladder
            and projections.origin_month = origins.month
            and projections.rung = origins.rung

)

select
    *,
    expected_share - actual_share as error,
    share_if_unchanged - actual_share as error_if_unchanged
from compared
