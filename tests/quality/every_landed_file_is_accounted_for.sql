-- Identity 1, from the other end: no file is missing, and no verdict speaks of a file that was not landed.
select
    entity,
    file
from {{ ref('stg_files') }}
except
select
    entity,
    file
from {{ ref('row_accounting') }}

union all

(
    select
        entity,
        file
    from {{ ref('quarantine') }}
    except
    select
        entity,
        file
    from {{ ref('stg_files') }}
)
