-- K12, S1-5. The purchases of a customer that stand, as occasions: how many, since when they have gone on without
-- a lapse, and when they had lasted long enough for long-term trust.
with occasion_days as (

    select * from {{ ref('occasion_days') }} where refunded_on is null

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- The day of an exchange is activity and no occasion.
numbered as (

    select
        customer_id,
        order_date,
        occasions,
        sum(occasions) over by_date as occasions_so_far,
        min(case when occasions > 0 then order_date end) over by_date as first_occasion_on,
        -- An order on the very day the window ends prevents the lapse.
        coalesce(
            {{ days_between('lag(order_date) over by_date', 'order_date') }} > {{ var('activity_window_days') }}, true
        ) as is_arrival
    from occasion_days
    window by_date as (partition by customer_id order by order_date)

),

occasions_by_customer as (

    select
        customer_id,
        cast(sum(occasions) as bigint) as occasions,
        min(first_occasion_on) as first_occasion_on,
        min(case when occasions > 0 and order_date > first_occasion_on then order_date end) as second_occasion_on,
        max(order_date) as last_purchase_on,
        max(case when is_arrival then order_date end) as active_since,
        min(
            case
                when
                    occasions_so_far >= {{ var('regular_min_occasions') }}
                    and order_date >= {{ add_days('first_occasion_on', var('long_term_days')) }}
                    then order_date
            end
        ) as long_term_on
    from numbered
    group by customer_id

)

select
    occasions.customer_id,
    occasions.occasions,
    occasions.first_occasion_on,
    occasions.second_occasion_on,
    occasions.last_purchase_on,
    occasions.active_since,
    occasions.long_term_on,
    {{ days_between('occasions.last_purchase_on', 'run_context.as_of_date') }} < {{ var('activity_window_days') }}
        as is_active,
    occasions.occasions >= {{ var('regular_min_occasions') }} as has_been_regular,
    occasions.occasions >= {{ var('regular_min_occasions') }}
    and {{ days_between('occasions.last_purchase_on', 'run_context.as_of_date') }} < {{ var('activity_window_days') }}
        as is_regular
from occasions_by_customer as occasions
cross join run_context
