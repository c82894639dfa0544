-- S3-14: the Kaplan-Meier curve of each rung on which people are customers. Who comes to a rung higher than ever
-- before comes to all between for the first time, those only passed too: what follows is their life as a customer.
with arrivals as (

    select * from {{ ref('rung_arrivals') }}

),

customer_rungs as (

    {{ customer_rungs_relation() }}

),

lengths as (

    select
        customer_rungs.ladder,
        customer_rungs.rung_no,
        customer_rungs.rung,
        arrivals.days_followed as days,
        sum(arrivals.people) as people,
        sum(arrivals.lapses) as lapses
    from customer_rungs
    inner join arrivals
        on
            customer_rungs.ladder = arrivals.ladder
            and customer_rungs.rung_no > arrivals.highest_before
            and customer_rungs.rung_no <= arrivals.rung_no
    group by customer_rungs.ladder, customer_rungs.rung_no, customer_rungs.rung, arrivals.days_followed

),

-- Whose following ends on a day was at risk on it.
at_risk as (

    select
        *,
        sum(people) over (
            partition by ladder, rung_no order by days rows between current row and unbounded following
        ) as people_at_risk
    from lengths

),

-- The terms are summed up as decimals, so that no sum depends on the order of the rows, and rounded after the
-- logarithm to what they are good for. Where all who are left lapse, the curve has come down to 0, and no term exists.
summed as (

    select
        *,
        bool_or(lapses = people_at_risk) over so_far as is_down_to_0,
        sum(
            case
                when lapses < people_at_risk
                    then cast(ln(1 - {{ ratio('lapses', 'people_at_risk') }}) as decimal(38, 18))
            end
        ) over so_far as log_survival,
        sum(
            case
                when lapses < people_at_risk
                    then cast(
                        {{ ratio('lapses', 'people_at_risk') }} / (people_at_risk - lapses) as decimal(38, 18)
                    )
            end
        ) over so_far as greenwood_sum
    from at_risk
    window so_far as (
        partition by ladder, rung_no order by days rows between unbounded preceding and current row
    )

)

select
    ladder,
    rung_no,
    rung,
    cast(days as bigint) as days,
    cast(people_at_risk as bigint) as at_risk,
    cast(lapses as bigint) as lapses,
    cast(people - lapses as bigint) as censored,
    case when is_down_to_0 then 0 else round(exp(cast(log_survival as double)), 12) end as survival,
    case
        when not is_down_to_0
            then round(exp(cast(log_survival as double)) * sqrt(cast(greenwood_sum as double)), 12)
    end as standard_error
from summed
