-- For everyone who exchanged nothing, occasions are the purchase days of customer_facts (or the orders).
{{ config(materialized='view') }}

with exchanged_orders as (

    select distinct customer_id from {{ ref('exchanged_orders') }}

),

occasion_days as (

    select * from {{ ref('occasion_days') }}

)

select
    occasion_days.customer_id,
    cast(sum(occasion_days.occasions) as bigint) as occasions
from occasion_days
inner join exchanged_orders
    on occasion_days.customer_id = exchanged_orders.customer_id
where occasion_days.refunded_on is null
group by occasion_days.customer_id
