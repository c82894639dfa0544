-- What serving people cost by the as-of date, and who they are. A month counts from its first day on, as the
-- purchases of a running month do. Costs that name no kind are costs of service, as the file is called.
{{ config(materialized='view') }}

with costs as (

    select * from {{ ref('stg_service_costs') }} where rule_code is null

),

identities as (

    select * from {{ ref('identities') }}

),

as_of as (

    select * from {{ ref('as_of') }}

)

select
    identities.customer_id,
    {{ period_start('month', 'costs.month') }} as month,
    coalesce(lower(costs.kind), 'service') as kind,
    costs.amount,
    costs.minutes,
    costs.customer_id as person_id,
    costs.file,
    costs.file_line,
    case
        when identities.customer_id is null then 'cost_of_nobody_known'
        when lower(costs.kind) not in ('service', 'programme', 'acquisition') then 'unknown_cost_kind'
    end as problem
from costs
left join identities
    on costs.customer_id = identities.person_id
cross join as_of
where {{ period_start('month', 'costs.month') }} <= as_of.as_of_date
