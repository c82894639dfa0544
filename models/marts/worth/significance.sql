-- S3-12: who matters beyond what they buy. The revenue of those brought along is attributed once, to the first who
-- recommended us to them (marts.recommendations); without any referral in the data nothing is known of it.
with profits as (

    select * from {{ ref('customer_profit') }}

),

recommendations as (

    select * from {{ ref('recommendations') }}

),

abc as (

    select * from {{ ref('abc_xyz_customers') }}

),

referrals as (

    select count(*) > 0 as are_known from recommendations

),

images as (

    select
        identities.customer_id,
        bool_or(registered.is_image) as is_image
    from {{ ref('stg_customers') }} as registered
    inner join {{ ref('identities') }} as identities
        on registered.customer_id = identities.person_id
    where registered.rule_code is null and identities.kind = 'registered'
    group by identities.customer_id

),

brought as (

    select
        referrer_id,
        count(*) as recommendations,
        count(*) filter (where is_successful) as customers_brought,
        {{ money_sum('revenue') }} as referred_revenue
    from recommendations
    group by referrer_id

),

signs as (

    select
        profits.customer_id,
        images.is_image,
        case when referrals.are_known then coalesce(brought.recommendations, 0) end as recommendations,
        case when referrals.are_known then coalesce(brought.customers_brought, 0) end as customers_brought,
        case when referrals.are_known then cast(coalesce(brought.referred_revenue, 0) as decimal(18, 2)) end
            as referred_revenue,
        abc.abc,
        profits.profit,
        coalesce(abc.abc = 'A', false) and profits.profit > 0 as is_volume
    from profits
    cross join referrals
    left join images
        on profits.customer_id = images.customer_id
    left join brought
        on profits.customer_id = brought.referrer_id
    left join abc
        on profits.customer_id = abc.customer_id

),

named as (

    select
        *,
        customers_brought > 0 as is_connector,
        concat_ws(
            ', ',
            case when is_image then 'image' end,
            case when customers_brought > 0 then 'connector' end,
            case when is_volume then 'volume' end
        ) as signs
    from signs

)

select
    customer_id,
    is_image,
    is_connector,
    is_volume,
    case
        when signs <> '' then signs
        when coalesce(is_image, is_connector, is_volume) is null then 'unknown'
        else 'none'
    end as significance,
    recommendations,
    customers_brought,
    referred_revenue,
    abc,
    profit
from named
