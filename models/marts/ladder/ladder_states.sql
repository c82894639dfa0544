-- K12. What is true of a person, and since when: the changes summed up, and the rungs they make.
with changes as (

    select * from {{ ref('ladder_changes') }}

),

running as (

    select
        customer_id,
        changed_on as valid_from,
        row_number() over by_date = 1 as is_first,
        is_known_on_unsure,
        cast(least(sum(occasions_added) over by_date, {{ var('regular_min_occasions') }}) as bigint) as occasions,
        sum(activity_added) over by_date > 0 as is_active,
        sum(reach_added) over by_date > 0 as is_reached,
        sum(interest_added) over by_date > 0 as is_interested,
        -- An answer that says no speaks against one that says yes; where nobody was asked, nothing is known.
        case
            when sum(elsewhere_added) over by_date > 0 then false
            when sum(only_us_added) over by_date > 0 then true
        end as is_only_us,
        sum(premium_added) over by_date > 0 as pays_premium,
        sum(recommended_added) over by_date > 0 as has_recommended,
        sum(promoter_added) over by_date > 0 as is_promoter,
        -- What held before a change is the sum less the change. (Spark reads `by_date - a` as one name.)
        least(sum(occasions_added) over (by_date) - occasions_added, {{ var('regular_min_occasions') }})
            as previous_occasions,
        sum(activity_added) over (by_date) - activity_added > 0 as was_active,
        sum(interest_added) over (by_date) - interest_added > 0 as was_interested,
        reach_added <> 0 or only_us_added <> 0 or elsewhere_added <> 0 or premium_added <> 0
        or recommended_added <> 0 or promoter_added <> 0 as has_new_evidence
    from changes
    window by_date as (partition by customer_id order by changed_on)

),

-- Only days that change something a rung or the activity can depend on.
turning_points as (

    select
        *,
        occasions >= {{ var('regular_min_occasions') }} and is_active as is_regular,
        case
            when is_first and is_known_on_unsure then 'known_undated'
            when is_first then 'known'
            when occasions < previous_occasions then 'full_refund'
            when was_active and not is_active then 'lapse'
            when is_active and not was_active and previous_occasions > 0 then 'return'
            when occasions > previous_occasions then 'purchase'
            when is_interested and not was_interested then 'interest'
            else 'evidence'
        end as cause
    from running
    where
        is_first
        or occasions <> previous_occasions
        or is_active <> was_active
        or is_interested <> was_interested
        or has_new_evidence

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
    is_regular,
    is_reached,
    is_interested,
    is_only_us,
    pays_premium,
    has_recommended,
    is_promoter
from moves
window by_date as (partition by customer_id order by valid_from)
