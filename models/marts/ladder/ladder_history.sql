-- Stays on a rung as intervals. Nobody skips a rung: who moves by more than one has stood on each in
-- between for no time at all, marked as imputed (S3-16).
with states as (

    select * from {{ ref('ladder_states') }}

),

rungs as (

    {{ rungs_relation() }}

),

-- Someone on no rung stands below the first one.
moves as (

    {% for ladder, declaration in var('ladders').items() -%}
    select
        '{{ ladder }}' as ladder,
        customer_id,
        valid_from,
        lead(valid_from) over (partition by customer_id order by valid_from) as valid_to,
        cause,
        coalesce({{ ladder }}_rung_no, {{ declaration.first_rung_no - 1 }}) as rung_no,
        coalesce({{ ladder }}_previous_no, {{ declaration.first_rung_no - 1 }}) as previous_no,
        {{ declaration.first_rung_no }} as first_rung_no
    from states
    where {{ ladder }}_rung_no is distinct from {{ ladder }}_previous_no
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

stays as (

    select
        *,
        rung_no as stay_rung_no,
        false as is_passed
    from moves

    union all

    select
        moves.*,
        rungs.rung_no as stay_rung_no,
        true as is_passed
    from moves
    inner join rungs
        on
            moves.ladder = rungs.ladder
            and rungs.rung_no > least(moves.previous_no, moves.rung_no)
            and rungs.rung_no < greatest(moves.previous_no, moves.rung_no)
    where abs(moves.rung_no - moves.previous_no) > 1

)

select
    stays.ladder,
    stays.customer_id,
    stays.stay_rung_no as rung_no,
    rungs.rung,
    stays.valid_from,
    case when stays.is_passed then stays.valid_from else stays.valid_to end as valid_to,
    case when stays.rung_no < stays.previous_no then stays.cause else rungs.rule_id end as rule_id,
    case
        when stays.rung_no < stays.previous_no then 'down'
        when stays.previous_no < stays.first_rung_no and stays.stay_rung_no = stays.first_rung_no then 'start'
        else 'up'
    end as direction,
    -- The very first day is imputed too for someone of whom nobody has said since when they are known.
    stays.is_passed or stays.cause = 'known_undated' as is_imputed
from stays
inner join rungs
    on
        stays.ladder = rungs.ladder
        and stays.stay_rung_no = rungs.rung_no
