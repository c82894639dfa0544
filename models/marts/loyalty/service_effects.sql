-- S2-9, S1-3. Do those whose complaint was solved in time, or who were helped to master what they bought, come back
-- more often than the others? Nobody was drawn by lot, so this is a comparison and no proof of an effect.
with complaints as (

    select * from {{ ref('complaints') }}

),

customers as (

    select * from {{ ref('customer_occasions') }}

),

signals as (

    select * from {{ ref('customer_signals') }}

),

customer_days as (

    select * from {{ ref('customer_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

complaints_followed as (

    select
        complaints.customer_id,
        complaints.complained_on,
        complaints.is_solved_in_time as is_treated,
        min(customer_days.order_date) as returned_on
    from complaints
    cross join run_context
    left join customer_days
        on
            complaints.customer_id = customer_days.customer_id
            and complaints.complained_on < customer_days.order_date
            and {{ add_days('complaints.complained_on', var('effect_days')) }} >= customer_days.order_date
    where
        complaints.is_solved_in_time is not null
        and {{ add_days('complaints.complained_on', var('effect_days')) }} <= run_context.as_of_date
    group by complaints.customer_id, complaints.complained_on, complaints.is_solved_in_time

),

-- Followed from the end of the support on: who had come again before needs no help, and would count as helped for it.
first_buyers as (

    select
        customers.*,
        {{ add_days('customers.first_occasion_on', var('mastering_support_days')) }} as supported_until,
        signals.first_support_on
    from customers
    inner join signals
        on customers.customer_id = signals.customer_id
    where signals.knows_support

),

cases as (

    select
        'service_recovery' as comparison,
        is_treated,
        returned_on is not null as has_returned
    from complaints_followed

    union all

    select
        'mastering_effect' as comparison,
        coalesce(first_buyers.first_support_on <= first_buyers.supported_until, false) as is_treated,
        coalesce(
            first_buyers.second_occasion_on <= {{ add_days('first_buyers.supported_until', var('effect_days')) }}, false
        ) as has_returned
    from first_buyers
    cross join run_context
    where
        {{ add_days('first_buyers.supported_until', var('effect_days')) }} <= run_context.as_of_date
        and coalesce(first_buyers.second_occasion_on > first_buyers.supported_until, true)

)

select
    comparison,
    is_treated,
    count(*) as cases,
    count(case when has_returned then 1 end) as returned,
    {{ ratio('count(case when has_returned then 1 end)', 'count(*)') }} as return_rate
from cases
group by comparison, is_treated
