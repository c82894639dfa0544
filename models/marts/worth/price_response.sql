-- S0-11: how purchases respond to a rise of list prices, by rung. For each rise the log of (units after / before) less
-- that of the products whose price did not change, half a unit added to each; the ratio is e to their mean, and its
-- interval e to mean +- z * sd / sqrt(n): the log response ratio of Hedges, Gurevitch & Curtis (1999, Ecology 80:1150),
-- unweighted. Below price_response_min_events nothing is said, whatever the literature says.
with units as (

    select * from {{ ref('price_rise_units') }} where units_before + units_after > 0

),

changes as (

    select * from {{ ref('list_price_changes') }} where is_event

),

rungs as (

    {{ rungs_relation() }}

),

-- Decimals, so that no sum depends on the order of the rows.
responses as (

    select
        units.rung_no,
        units.units_before,
        units.units_after,
        cast(changes.change as decimal(18, 9)) as change,
        cast(
            ln(cast(units.units_after as double) + 0.5) - ln(cast(units.units_before as double) + 0.5)
            - ln(cast(units.steady_units_after as double) + 0.5) + ln(cast(units.steady_units_before as double) + 0.5)
            as decimal(18, 9)
        ) as log_ratio
    from units
    inner join changes
        on
            units.product_id = changes.product_id
            and units.month = changes.month

),

summed as (

    select
        rung_no,
        count(*) as events,
        sum(units_before) as units_before,
        sum(units_after) as units_after,
        cast(sum(change) as double) / count(*) as mean_change,
        cast(sum(log_ratio) as double) / count(*) as mean_log_ratio,
        sqrt(
            greatest(
                cast(sum(log_ratio * log_ratio) as double) * count(*)
                - cast(sum(log_ratio) as double) * cast(sum(log_ratio) as double), 0
            ) / nullif(count(*) * count(*) * (count(*) - 1), 0)
        ) as standard_error
    from responses
    group by rung_no

),

judged as (

    select
        *,
        events >= {{ var('price_response_min_events') }} as has_enough,
        exp(mean_log_ratio) as ratio,
        exp(mean_log_ratio - {{ var('confidence_z') }} * standard_error) as ci_low,
        exp(mean_log_ratio + {{ var('confidence_z') }} * standard_error) as ci_high
    from summed

)

select
    rungs.rung_no,
    rungs.rung,
    coalesce(judged.events, 0) as events,
    case when judged.has_enough then judged.mean_change end as mean_change,
    case when judged.has_enough then cast(judged.units_before as decimal(28, 6)) end as units_before,
    case when judged.has_enough then cast(judged.units_after as decimal(28, 6)) end as units_after,
    case when judged.has_enough then judged.ratio end as ratio,
    case when judged.has_enough then judged.ci_low end as ci_low,
    case when judged.has_enough then judged.ci_high end as ci_high,
    case
        when not coalesce(judged.has_enough, false) then 'not enough events'
        when judged.ci_high < 1 then 'they buy less'
        when judged.ci_low > 1 then 'they buy more'
        else 'no difference shown'
    end as finding
from rungs
left join judged
    on rungs.rung_no = judged.rung_no
where rungs.ladder = 'canonical'
