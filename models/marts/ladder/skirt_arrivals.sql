-- When everyone first came to each rung, and how long the step from the rung below took. A step is observed where
-- the person has stood on both rungs: one that was only passed has no time of its own.
{{ config(materialized='view') }}

with stays as (

    select * from {{ ref('ladder_history') }} where ladder = 'canonical'

),

arrivals as (

    select
        customer_id,
        rung_no,
        min(valid_from) as arrived_on,
        not min_by(is_imputed, valid_from) as is_observed
    from stays
    group by customer_id, rung_no

),

steps as (

    select
        *,
        lag(case when is_observed then arrived_on end) over (
            partition by customer_id order by rung_no
        ) as observed_below_on
    from arrivals

)

select
    customer_id,
    rung_no,
    arrived_on,
    is_observed,
    case when is_observed then {{ days_between('observed_below_on', 'arrived_on') }} end as step_days
from steps
