-- And the shares of the reasons that were named sum to 1 where there are any.
with reasons as (

    select
        sum(deals) as deals,
        sum(case when lost_reason <> 'other' then deals end) as named_deals,
        sum(share_of_named) as share
    from {{ ref('lost_reasons') }}

),

lost as (

    select count(*) as deals from {{ ref('deal_follow_up') }} where outcome = 'lost'

)

select
    reasons.deals as deals_of_reasons,
    lost.deals as lost_deals,
    reasons.share
from reasons
cross join lost
where reasons.deals <> lost.deals or (reasons.named_deals > 0 and abs(reasons.share - 1) > 1e-9)
