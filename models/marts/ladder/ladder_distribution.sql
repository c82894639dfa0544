-- How many stand on each rung at the end of each month.
-- The last month is counted at the as-of date.
with states as (

    select * from {{ ref('ladder_states') }}

),

customer_months as (

    select * from {{ ref('customer_months') }}

),

calendar_months as (

    select * from {{ ref('calendar_months') }} where has_people

),

rungs as (

    {{ rungs_relation() }}

),

-- Counted from moves: whoever comes to a rung has left another.
arrivals_and_departures as (

    {% for ladder in var('ladders') -%}
    select
        '{{ ladder }}' as ladder,
        {{ ladder }}_rung_no as rung_no,
        {{ period_start('month', 'valid_from') }} as month,
        count(*) as change
    from states
    where {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no
    group by 2, 3

    union all

    select
        '{{ ladder }}' as ladder,
        {{ ladder }}_previous_no as rung_no,
        {{ period_start('month', 'valid_from') }} as month,
        -count(*) as change
    from states
    where {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no
    group by 2, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

changes as (

    select
        ladder,
        rung_no,
        month,
        sum(change) as change
    from arrivals_and_departures
    group by ladder, rung_no, month

),

-- Where the customers of a month stand at its end; they bought in it, so all of them have a state.
revenue_by_position as (

    select
        customer_months.month,
        {% for ladder in var('ladders') -%}
        states.{{ ladder }}_rung_no,
        {% endfor -%}
        sum(customer_months.revenue) as revenue,
        {{ known_total('customer_months.margin') }} as margin
    from customer_months
    inner join states
        on
            customer_months.customer_id = states.customer_id
            and states.valid_from < {{ add_months('customer_months.month', 1) }}
            and coalesce(states.valid_to, date '9999-12-31') >= {{ add_months('customer_months.month', 1) }}
    group by
        {% for ladder in var('ladders') -%}
        states.{{ ladder }}_rung_no,
        {% endfor -%}
        customer_months.month

),

revenue_by_rung as (

    {% for ladder in var('ladders') -%}
    select
        '{{ ladder }}' as ladder,
        {{ ladder }}_rung_no as rung_no,
        month,
        sum(revenue) as revenue,
        {{ known_total('margin') }} as margin
    from revenue_by_position
    group by {{ ladder }}_rung_no, month
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted as (

    select
        rungs.ladder,
        calendar_months.month,
        rungs.rung_no,
        rungs.rung,
        calendar_months.is_complete,
        cast(
            sum(coalesce(changes.change, 0)) over (
                partition by rungs.ladder, rungs.rung_no order by calendar_months.month
                rows between unbounded preceding and current row
            ) as bigint
        ) as customers,
        coalesce(revenue_by_rung.revenue, 0) as revenue,
        case when revenue_by_rung.ladder is null then 0 else revenue_by_rung.margin end as margin
    from rungs
    cross join calendar_months
    left join changes
        on
            rungs.ladder = changes.ladder
            and rungs.rung_no = changes.rung_no
            and calendar_months.month = changes.month
    left join revenue_by_rung
        on
            rungs.ladder = revenue_by_rung.ladder
            and rungs.rung_no = revenue_by_rung.rung_no
            and calendar_months.month = revenue_by_rung.month

)

select
    ladder,
    month,
    rung_no,
    rung,
    customers,
    {{ ratio('customers', 'sum(customers) over (partition by ladder, month)') }} as share_of_customers,
    cast(revenue as decimal(28, 2)) as revenue,
    cast(margin as decimal(28, 2)) as margin,
    is_complete
from counted
