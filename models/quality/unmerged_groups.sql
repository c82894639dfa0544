-- People who hang together by their keys, but are too many to be one person: for somebody to look at.
with groups as (

    select * from {{ ref('person_groups') }} where people > {{ var('identity_max_people') }}

)

select
    group_id,
    max(people) as people
from groups
group by group_id
