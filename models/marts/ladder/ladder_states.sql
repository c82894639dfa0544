-- K12. What is true of a person, and since when: every change adds to or takes from two running sums,
-- the occasions that live and the occasions that keep the person active. So a lapse, a return and a
-- refund have their own dates, and the past is never rewritten by what came later.
with occasions as (

    select * from {{ ref('ladder_occasions') }}

),

customers as (

    select * from {{ ref('customers') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

changes as (

    select
        customer_id,
        known_on as changed_on,
        0 as occasions,
        0 as activity,
        0 as interest
    from customers

    union all

    -- Whoever orders has shown interest, whatever became of the order.
    select
        customer_id,
        first_booked_on as changed_on,
        0 as occasions,
        0 as activity,
        1 as interest
    from customers
    where first_booked_on is not null

    union all

    select
        customer_id,
        order_date as changed_on,
        occasions,
        1 as activity,
        0 as interest
    from occasions

    union all

    select
        customer_id,
        active_until as changed_on,
        0 as occasions,
        -1 as activity,
        0 as interest
    from occasions

    union all

    select
        customer_id,
        refunded_on as changed_on,
        -occasions as occasions,
        0 as activity,
        0 as interest
    from occasions
    where refunded_on is not null

),

changes_by_day as (

    select
        changes.customer_id,
        changes.changed_on,
        sum(changes.occasions) as occasions,
        sum(changes.activity) as activity,
        sum(changes.interest) as interest
    from changes
    cross join run_context
    where changes.changed_on <= run_context.as_of_date
    group by changes.customer_id, changes.changed_on

),

running as (

    select
        customer_id,
        changed_on,
        cast(sum(occasions) over (partition by customer_id order by changed_on) as bigint) as occasions,
        sum(activity) over (partition by customer_id order by changed_on) > 0 as is_active,
        sum(interest) over (partition by customer_id order by changed_on) > 0 as is_interested
    from changes_by_day

),

states as (

    select
        *,
        occasions >= {{ var('regular_min_occasions') }} and is_active as is_regular,
        -- Evidence beyond orders; none is given yet, and what is not known never promotes.
        cast(null as boolean) as is_reached,
        cast(null as boolean) as is_only_us,
        cast(null as boolean) as pays_premium,
        cast(null as boolean) as has_recommended,
        least(occasions, {{ var('regular_min_occasions') }}) as occasions_that_matter
    from running

),

with_previous as (

    select
        *,
        lag(occasions_that_matter) over (partition by customer_id order by changed_on) as previous_occasions,
        lag(is_active) over (partition by customer_id order by changed_on) as previous_is_active,
        lag(is_interested) over (partition by customer_id order by changed_on) as previous_is_interested
    from states

),

-- Only days that change something a rung or the activity can depend on.
turning_points as (

    select
        customer_id,
        changed_on as valid_from,
        occasions,
        is_active,
        is_regular,
        case
            when previous_occasions is null then 'known'
            when occasions_that_matter < previous_occasions then 'full_refund'
            when previous_is_active and not is_active then 'lapse'
            when is_active and not previous_is_active and previous_occasions > 0 then 'return'
            when occasions_that_matter > previous_occasions then 'purchase'
            else 'interest'
        end as cause,
        {% for ladder in var('ladders') -%}
        {{ rung_no_of(ladder) }} as {{ ladder }}_rung_no{{ ',' if not loop.last }}
        {% endfor %}
    from with_previous
    where
        previous_occasions is null
        or occasions_that_matter <> previous_occasions
        or is_active <> previous_is_active
        or is_interested <> previous_is_interested

)

select
    *,
    lead(valid_from) over (partition by customer_id order by valid_from) as valid_to
from turning_points
