-- K3. Windows of 30 days from each customer's own first day. A customer is in the denominator of a
-- window only if all of it has been observed, so every window has its own.
with customer_days as (

    select * from {{ ref('customer_days') }}

),

customers as (

    select
        customer_id,
        first_order_date,
        {{ period_start('month', 'first_order_date') }} as cohort,
        -- Days 0 to age_days have been seen: so many whole windows.
        cast(floor((age_days + 1) / 30) as bigint) as full_windows
    from {{ ref('customer_facts') }}

),

cohorts as (

    select
        cohort,
        count(*) as cohort_size
    from customers
    group by cohort

),

customers_by_full_windows as (

    select
        cohort,
        full_windows,
        count(*) as customers
    from customers
    where full_windows > 0
    group by cohort, full_windows

),

windows as (

    select distinct full_windows - 1 as window_no from customers where full_windows > 0

),

-- Window numbers without a gap: those of the oldest customer.
all_windows as (

    {{ numbers_up_to('max(window_no)', 'windows') }}

),

eligible_by_window as (

    select
        customers_by_full_windows.cohort,
        all_windows.number as window_no,
        sum(customers_by_full_windows.customers) as eligible
    from customers_by_full_windows
    inner join all_windows
        on customers_by_full_windows.full_windows > all_windows.number
    group by customers_by_full_windows.cohort, all_windows.number

),

active_windows as (

    select distinct
        customers.cohort,
        customers.customer_id,
        cast(
            floor({{ days_between('customers.first_order_date', 'customer_days.order_date') }} / 30) as bigint
        ) as window_no
    from customer_days
    inner join customers
        on customer_days.customer_id = customers.customer_id
    where
        {{ days_between('customers.first_order_date', 'customer_days.order_date') }} < 30 * customers.full_windows

),

active_by_window as (

    select
        cohort,
        window_no,
        count(*) as active
    from active_windows
    group by cohort, window_no

)

select
    eligible_by_window.cohort,
    eligible_by_window.window_no,
    cast(eligible_by_window.eligible as bigint) as eligible,
    cohorts.cohort_size,
    coalesce(active_by_window.active, 0) as active,
    {{ ratio('coalesce(active_by_window.active, 0)', 'eligible_by_window.eligible') }} as retention,
    eligible_by_window.eligible = cohorts.cohort_size as is_full
from eligible_by_window
inner join cohorts
    on eligible_by_window.cohort = cohorts.cohort
left join active_by_window
    on
        eligible_by_window.cohort = active_by_window.cohort
        and eligible_by_window.window_no = active_by_window.window_no
