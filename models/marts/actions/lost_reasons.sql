-- Why deals are lost: the shares of the reasons that were named (S4-26), and the remedy for each (S4-38).
with labels as (

    select * from {{ ref('labels') }} where kind = 'lost_reason'

),

remedies as (

    select * from {{ ref('next_actions') }}

),

lost_deals as (

    select
        situation,
        count(*) as deals
    from {{ ref('deal_follow_up') }}
    where outcome = 'lost'
    group by situation

),

reasons as (

    select
        code as lost_reason,
        'lost_' || code as situation
    from labels

    union all

    select
        'other' as lost_reason,
        'lost_deal' as situation

)

select
    reasons.lost_reason,
    coalesce(lost_deals.deals, 0) as deals,
    case
        when reasons.lost_reason <> 'other'
            then {{ ratio(
                'coalesce(lost_deals.deals, 0)',
                "sum(case when reasons.lost_reason <> 'other' then lost_deals.deals end) over ()"
            ) }}
    end as share_of_named,
    remedies.action as remedy
from reasons
left join lost_deals
    on reasons.situation = lost_deals.situation
left join remedies
    on reasons.situation = remedies.situation
