-- The money of refunds and returns, and what became of it: what an order has borne is in revenue, and what
-- was refused is in nobody's.
with refunds as (

    select * from {{ ref('refunds') }}

),

base as (

    select * from {{ ref('base_currency') }}

)

select
    refunds.entity,
    coalesce(refunds.currency, base.base_currency, 'unknown') as currency,
    coalesce(refunds.rule_code, 'loaded') as outcome,
    count(*) as refunds,
    coalesce({{ money_total('refunds.amount_in_currency') }}, 0) as amount
from refunds
cross join base
group by
    refunds.entity,
    coalesce(refunds.currency, base.base_currency, 'unknown'),
    coalesce(refunds.rule_code, 'loaded')
