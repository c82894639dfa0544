-- Whether we have thanked for a purchase, and asked how it was (S4-22). A contact belongs to the last purchase before
-- it, on its day at the earliest, and follows it up within follow_up_days. Only purchases are asked about for which
-- that time is over.
{{ config(materialized='view') }}

with days as (

    select * from {{ ref('customer_days') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null and kind in ('thanks', 'survey')

),

run_context as (

    select * from {{ ref('run_context') }}

),

events as (

    select
        customer_id,
        order_date as happened_on,
        'purchase' as kind
    from days

    union all

    select
        contacts.customer_id,
        contacts.occurred_on as happened_on,
        contacts.kind
    from contacts

),

placed as (

    select
        *,
        max(case when kind = 'purchase' then happened_on end) over (
            partition by customer_id order by happened_on, case when kind = 'purchase' then 0 else 1 end
            rows between unbounded preceding and current row
        ) as purchased_on
    from events

),

followed as (

    select
        placed.*,
        {{ days_between('placed.purchased_on', 'placed.happened_on') }} <= {{ var('follow_up_days') }} as is_in_time,
        {{ days_between('placed.purchased_on', 'run_context.as_of_date') }} >= {{ var('follow_up_days') }} as is_over
    from placed
    cross join run_context
    where placed.purchased_on is not null

)

select
    customer_id,
    count(distinct case when is_over then purchased_on end) as purchases,
    count(distinct case when is_over and is_in_time and kind = 'thanks' then purchased_on end) as purchases_thanked,
    count(distinct case when is_over and is_in_time and kind = 'survey' then purchased_on end) as purchases_surveyed
from followed
group by customer_id
