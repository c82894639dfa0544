-- And so are those who buy only here, and those who have recommended us.
with stages as (

    select * from {{ ref('ladder_stages') }} where ladder = 'commitment'

),

matrix as (

    select * from {{ ref('loyalty_matrix') }}

),

trust as (

    select * from {{ ref('trust_levels') }}

)

select
    matrix.customer_id,
    stages.rung,
    matrix.behavioural,
    trust.is_only_us,
    trust.has_recommended
from matrix
inner join trust
    on matrix.customer_id = trust.customer_id
left join stages
    on matrix.customer_id = stages.customer_id
where
    (matrix.behavioural = 'high' and coalesce(stages.rung, '') not in ('regular', 'adherent'))
    or (matrix.behavioural = 'low' and stages.rung in ('regular', 'adherent'))
    or coalesce(trust.is_only_us, false) <> coalesce(stages.is_only_us, false)
    or (trust.is_only_us is null) <> (stages.is_only_us is null)
    or coalesce(trust.has_recommended, false) <> coalesce(stages.has_recommended, false)
    or (trust.has_recommended is null) <> (stages.has_recommended is null)
