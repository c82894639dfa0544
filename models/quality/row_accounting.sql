-- Counted from both ends: rows_in by the landing, the other three from the verdicts. A test holds them
-- to each other.
with files as (

    select * from {{ ref('stg_files') }}

),

judged as (

    select * from {{ ref('judged_rows') }}

),

typed as (

    {% for entity in entities() -%}
    select
        '{{ entity }}' as entity,
        file,
        count(*) as rows_typed
    from {{ ref('stg_' ~ entity) }}
    where rule_code is null
    group by file
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

core_verdicts as (

    select
        'orders' as entity,
        file,
        count(*) as rows_rejected
    from {{ ref('booked_orders') }}
    where rule_code is not null and not is_derived
    group by file

    union all

    select
        'order_lines' as entity,
        file,
        count(*) as rows_rejected
    from {{ ref('order_lines') }}
    where rule_code is not null
    group by file

    union all

    select
        entity,
        file,
        count(*) as rows_rejected
    from {{ ref('refunds') }}
    where rule_code is not null
    group by entity, file

),

core_verdicts_by_file as (

    select
        entity,
        file,
        sum(rows_rejected) as rows_rejected
    from core_verdicts
    group by entity, file

    union all

    select
        'bank_transactions' as entity,
        file,
        count(*) as rows_rejected
    from {{ ref('payments') }}
    where rule_code is not null
    group by file

    union all

    select
        'referrals' as entity,
        file,
        count(*) as rows_rejected
    from {{ ref('referrals') }}
    where rule_code is not null
    group by file

),

verdicts_by_file as (

    select
        entity,
        file,
        count(*) filter (where rule_code <> 'duplicate_exact') as rows_quarantined,
        count(*) filter (where rule_code = 'duplicate_exact') as rows_duplicate
    from judged
    group by entity, file

)

select
    files.entity,
    files.file,
    files.rows_in,
    cast(coalesce(typed.rows_typed, 0) - coalesce(core_verdicts_by_file.rows_rejected, 0) as bigint) as rows_loaded,
    coalesce(verdicts_by_file.rows_quarantined, 0) as rows_quarantined,
    coalesce(verdicts_by_file.rows_duplicate, 0) as rows_duplicate
from files
left join typed
    on
        files.entity = typed.entity
        and files.file = typed.file
left join core_verdicts_by_file
    on
        files.entity = core_verdicts_by_file.entity
        and files.file = core_verdicts_by_file.file
left join verdicts_by_file
    on
        files.entity = verdicts_by_file.entity
        and files.file = verdicts_by_file.file
