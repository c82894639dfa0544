-- Stays on a rung as intervals. Nobody skips a rung: who moves by more than one has stood on each in
-- between for no time at all, marked as imputed (S3-16). Someone on no rung stands below the first one.
with rungs as (

    {{ rungs_relation() }}

),

places as (

    select
        ladder,
        rung_no,
        false as is_below
    from rungs

    union all

    select
        ladder,
        min(rung_no) - 1 as rung_no,
        true as is_below
    from rungs
    group by ladder

),

-- The rungs on every way there is, from the next one to the one reached.
steps as (

    select
        rungs.ladder,
        previous.rung_no as previous_no,
        reached.rung_no as reached_no,
        rungs.rung_no,
        rungs.rung,
        rungs.rung_no <> reached.rung_no as is_passed,
        case when previous.rung_no < reached.rung_no then rungs.rule_id end as rule_id,
        case
            when reached.rung_no < previous.rung_no then 'down'
            when previous.is_below and rungs.rung_no = previous.rung_no + 1 then 'start'
            else 'up'
        end as direction
    from rungs
    inner join places as previous
        on rungs.ladder = previous.ladder
    inner join places as reached
        on rungs.ladder = reached.ladder
    where
        rungs.rung_no between least(previous.rung_no + 1, reached.rung_no)
        and greatest(previous.rung_no - 1, reached.rung_no)

),

moves as (

    {% for ladder, declaration in var('ladders').items() %}
    {%- set below = declaration.first_rung_no - 1 %}
    select
        '{{ ladder }}' as ladder,
        customer_id,
        valid_from,
        {{ ladder }}_until as valid_to,
        cause,
        coalesce({{ ladder }}_rung_no, {{ below }}) as rung_no,
        coalesce({{ ladder }}_previous_no, {{ below }}) as previous_no
    from {{ ref('ladder_states') }}
    where {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

-- One join for the names and the steps: to write them row by row took a fifth longer.
select
    moves.ladder,
    moves.customer_id,
    steps.rung_no,
    steps.rung,
    moves.valid_from,
    case when steps.is_passed then moves.valid_from else moves.valid_to end as valid_to,
    coalesce(steps.rule_id, moves.cause) as rule_id,
    steps.direction,
    -- The very first day is imputed too for someone of whom nobody has said since when they are known.
    steps.is_passed or moves.cause = 'known_undated' as is_imputed
from moves
inner join steps
    on
        moves.ladder = steps.ladder
        and moves.previous_no = steps.previous_no
        and moves.rung_no = steps.reached_no
