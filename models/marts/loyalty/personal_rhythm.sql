-- S4-4, domain 3.3. A yearly buyer is not lost after half a year, nor a weekly one still there: who has bought often
-- enough to have a rhythm is also judged by it. A window of their own is a number of their median gaps.
with facts as (

    select * from {{ ref('customer_facts') }}

),

windows as (

    select
        *,
        case
            when purchase_days >= {{ var('regular_min_occasions') }}
                then cast(ceil({{ var('personal_window_gaps') }} * median_gap_days) as bigint)
        end as personal_window_days
    from facts

)

select
    customer_id,
    purchase_days,
    last_order_date,
    recency_days,
    mean_gap_days,
    median_gap_days,
    {{ ratio('std_gap_days', 'mean_gap_days') }} as gap_cv,
    personal_window_days,
    case when personal_window_days is not null then {{ add_days('last_order_date', 'ceil(median_gap_days)') }} end
        as next_order_expected_on,
    recency_days > personal_window_days as is_personally_lapsed,
    not is_active as is_lapsed,
    case when personal_window_days is not null then greatest(recency_days - personal_window_days, 0) end
        as days_overdue,
    as_of_date
from windows
