-- K12. What is true of a person, and since when. Every change adds to or takes from running sums: the
-- occasions that live, and whether they keep the person active. So a lapse, a return and a refund have
-- their own dates, and the past is never rewritten by what came later. Occasions are followed up to
-- regular_min_occasions: later ones move nobody to another rung.
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
        -- Whoever orders has shown interest, whatever became of the order.
        case when first_booked_on <= known_on then 1 else 0 end as interest,
        case when is_known_on_unsure then 1 else 0 end as unsure
    from customers

    union all

    select
        customer_id,
        first_booked_on as changed_on,
        0 as occasions,
        0 as activity,
        1 as interest,
        0 as unsure
    from customers
    where first_booked_on > known_on

    union all

    select
        customer_id,
        order_date as changed_on,
        occasions,
        case when is_arrival then 1 else 0 end as activity,
        0 as interest,
        0 as unsure
    from occasions
    where is_arrival or has_refund or occasions_so_far - occasions < {{ var('regular_min_occasions') }}

    union all

    select
        customer_id,
        lapses_on as changed_on,
        0 as occasions,
        -1 as activity,
        0 as interest,
        0 as unsure
    from occasions
    where lapses_on is not null

    union all

    select
        customer_id,
        refunded_on as changed_on,
        -occasions as occasions,
        0 as activity,
        0 as interest,
        0 as unsure
    from occasions
    where refunded_on is not null

),

changes_by_day as (

    select
        changes.customer_id,
        changes.changed_on,
        sum(changes.occasions) as occasions,
        sum(changes.activity) as activity,
        sum(changes.interest) as interest,
        max(changes.unsure) > 0 as is_known_on_unsure
    from changes
    cross join run_context
    where changes.changed_on <= run_context.as_of_date
    group by changes.customer_id, changes.changed_on

),

running as (

    select
        customer_id,
        changed_on,
        is_known_on_unsure,
        row_number() over by_date as change_no,
        sum(occasions) over by_date as occasions,
        sum(activity) over by_date > 0 as is_active,
        sum(interest) over by_date > 0 as is_interested,
        -- What held before a change is the sum less the change.
        sum(occasions) over by_date - occasions as previous_occasions,
        sum(activity) over by_date - activity > 0 as was_active,
        sum(interest) over by_date - interest > 0 as was_interested
    from changes_by_day
    window by_date as (partition by customer_id order by changed_on)

),

capped as (

    select
        customer_id,
        changed_on as valid_from,
        is_known_on_unsure,
        change_no,
        cast(least(occasions, {{ var('regular_min_occasions') }}) as bigint) as occasions,
        cast(least(previous_occasions, {{ var('regular_min_occasions') }}) as bigint) as previous_occasions,
        is_active,
        was_active,
        is_interested,
        was_interested
    from running

),

-- Only days that change something a rung or the activity can depend on.
turning_points as (

    select
        *,
        occasions >= {{ var('regular_min_occasions') }} and is_active as is_regular,
        -- Evidence beyond orders; none is given yet, and what is not known never promotes.
        cast(null as boolean) as is_reached,
        cast(null as boolean) as is_only_us,
        cast(null as boolean) as pays_premium,
        cast(null as boolean) as has_recommended,
        case
            when change_no = 1 and is_known_on_unsure then 'known_undated'
            when change_no = 1 then 'known'
            when occasions < previous_occasions then 'full_refund'
            when was_active and not is_active then 'lapse'
            when is_active and not was_active and previous_occasions > 0 then 'return'
            when occasions > previous_occasions then 'purchase'
            else 'interest'
        end as cause
    from capped
    where
        change_no = 1
        or occasions <> previous_occasions
        or is_active <> was_active
        or is_interested <> was_interested

),

positions as (

    select
        {% for ladder in var('ladders') %}
        {{ rung_no_of(ladder) }} as {{ ladder }}_rung_no,
        {% endfor %}
        turning_points.*
    from turning_points

),

moves as (

    select
        *,
        {% for ladder in var('ladders') %}
        lag({{ ladder }}_rung_no) over by_date as {{ ladder }}_previous_no,
        {% endfor %}
        lead(valid_from) over by_date as valid_to
    from positions
    window by_date as (partition by customer_id order by valid_from)

)

select
    customer_id,
    valid_from,
    valid_to,
    {% for ladder in var('ladders') %}
    {{ ladder }}_rung_no,
    {{ ladder }}_previous_no,
    -- Until the next move on this ladder: most turning points move somebody on some ladders only.
    {{ next_known(
        'case when ' ~ ladder ~ '_rung_no is distinct from ' ~ ladder ~ '_previous_no then valid_from end', 'by_date'
    ) }} as {{ ladder }}_until,
    {% endfor %}
    cause,
    occasions,
    is_active,
    was_active,
    is_regular
from moves
window by_date as (partition by customer_id order by valid_from)
