-- How many have come to each rung, and how long the steps took, among everybody and in each channel, month of
-- acquaintance, and both.
{{ config(materialized='view') }}

with people as (

    select * from {{ ref('acquisitions') }}

),

arrivals as (

    select * from {{ ref('skirt_arrivals') }}

)

select
    {{ population('people.channel', 'people.cohort') }} as population,
    people.channel,
    people.cohort,
    arrivals.rung_no,
    count(*) as reached,
    count(arrivals.step_days) as steps_observed,
    cast(median(arrivals.step_days) as double) as median_step_days
from arrivals
inner join people
    on arrivals.customer_id = people.customer_id
group by arrivals.rung_no, cube(people.channel, people.cohort)
