-- Stays on a rung as intervals. Nobody skips a rung: who moves by more than one has stood on each in
-- between for no time at all, marked as imputed (S3-16).
with states as (

    select * from {{ ref('ladder_states') }}

),

customers as (

    select * from {{ ref('customers') }}

),

rungs as (

    {{ rungs_relation() }}

),

positions as (

    {% for ladder in var('ladders') -%}
    select
        '{{ ladder }}' as ladder,
        customer_id,
        valid_from,
        cause,
        {{ ladder }}_rung_no as rung_no,
        lag({{ ladder }}_rung_no) over (partition by customer_id order by valid_from) as previous_rung_no
    from states
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

moves as (

    select
        *,
        lead(valid_from) over (partition by ladder, customer_id order by valid_from) as valid_to
    from positions
    where rung_no is distinct from previous_rung_no

),

-- From the rung next to the one left (or the bottom) to the one reached.
stays as (

    select
        moves.ladder,
        moves.customer_id,
        rungs.rung_no,
        rungs.rung,
        moves.valid_from,
        case when rungs.rung_no = moves.rung_no then moves.valid_to else moves.valid_from end as valid_to,
        case
            when moves.rung_no < moves.previous_rung_no then moves.cause
            else rungs.rule_id
        end as rule_id,
        case
            when moves.rung_no < moves.previous_rung_no then 'down'
            when moves.previous_rung_no is null and rungs.rung_no = declared.first_rung_no then 'start'
            else 'up'
        end as direction,
        rungs.rung_no <> moves.rung_no as is_passed,
        abs(rungs.rung_no - coalesce(moves.previous_rung_no, declared.first_rung_no - 1)) as step_no
    from moves
    inner join (
        select ladder, min(rung_no) as first_rung_no from rungs group by ladder
    ) as declared
        on moves.ladder = declared.ladder
    inner join rungs
        on
            moves.ladder = rungs.ladder
            and (
                (
                    rungs.rung_no <= moves.rung_no
                    and rungs.rung_no > coalesce(moves.previous_rung_no, declared.first_rung_no - 1)
                )
                or (rungs.rung_no >= moves.rung_no and rungs.rung_no < moves.previous_rung_no)
            )

)

select
    stays.ladder,
    stays.customer_id,
    row_number() over (
        partition by stays.ladder, stays.customer_id order by stays.valid_from, stays.step_no
    ) as stay_no,
    stays.rung_no,
    stays.rung,
    stays.valid_from,
    stays.valid_to,
    stays.rule_id,
    stays.direction,
    -- The very first day is imputed too for someone of whom nobody has said since when they are known.
    stays.is_passed or (stays.direction = 'start' and customers.is_known_on_unsure) as is_imputed
from stays
inner join customers
    on stays.customer_id = customers.customer_id
