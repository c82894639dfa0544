-- The distribution is counted from the ends of months; the stays of the history say the same, day by day.
with comings_and_goings as (

    select
        ladder,
        rung_no,
        {{ period_start('month', 'valid_from') }} as month,
        1 as change
    from {{ ref('ladder_history') }}

    union all

    select
        ladder,
        rung_no,
        {{ period_start('month', 'valid_to') }} as month,
        -1 as change
    from {{ ref('ladder_history') }}
    where valid_to is not null

),

changes as (

    select
        ladder,
        rung_no,
        month,
        sum(change) as change
    from comings_and_goings
    group by ladder, rung_no, month

),

compared as (

    select
        distribution.ladder,
        distribution.month,
        distribution.rung,
        distribution.customers,
        sum(coalesce(changes.change, 0)) over (
            partition by distribution.ladder, distribution.rung_no order by distribution.month
            rows between unbounded preceding and current row
        ) as by_history
    from {{ ref('ladder_distribution') }} as distribution
    left join changes
        on
            distribution.ladder = changes.ladder
            and distribution.rung_no = changes.rung_no
            and distribution.month = changes.month

)

select * from compared
where customers <> by_history
