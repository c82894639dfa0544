-- Evidence beyond orders and contacts, as it comes and goes: each kind is a sum that runs over these.
{{ config(materialized='view') }}

with wallet_answers as (

    select * from {{ ref('wallet_answers') }} where is_only_us is not null

),

price_changes as (

    select * from {{ ref('full_price_changes') }}

),

recommendations as (

    select * from {{ ref('recommendations') }}

),

occasions as (

    select * from {{ ref('ladder_occasions') }} where occasions > 0

),

promoter_changes as (

    select * from {{ ref('promoter_changes') }}

),

customers as (

    select * from {{ ref('customers') }}

),

changes as (

    select
        customer_id,
        asked_on as changed_on,
        case when is_only_us then 'only_us' else 'elsewhere' end as kind,
        1 as added
    from wallet_answers

    union all

    select
        customer_id,
        holds_until as changed_on,
        case when is_only_us then 'only_us' else 'elsewhere' end as kind,
        -1 as added
    from wallet_answers

    union all

    select
        customer_id,
        changed_on,
        'premium' as kind,
        case when pays_premium then 1 else -1 end as added
    from price_changes
    where coalesce(pays_premium, false) <> coalesce(paid_premium, false)

    union all

    select
        customer_id,
        changed_on,
        'promoter' as kind,
        case when is_promoter then 1 else -1 end as added
    from promoter_changes

    union all

    select
        recommendations.referrer_id as customer_id,
        greatest(occasions.order_date, recommendations.known_on) as changed_on,
        'recommended' as kind,
        1 as added
    from recommendations
    inner join occasions
        on
            recommendations.referred_id = occasions.customer_id
            and recommendations.referred_on <= occasions.order_date

    union all

    select
        recommendations.referrer_id as customer_id,
        greatest(occasions.refunded_on, recommendations.known_on) as changed_on,
        'recommended' as kind,
        -1 as added
    from recommendations
    inner join occasions
        on
            recommendations.referred_id = occasions.customer_id
            and recommendations.referred_on <= occasions.order_date
    where occasions.refunded_on is not null

)

-- Nobody stands on a ladder before they are known.
select
    changes.customer_id,
    {% for kind in ['only_us', 'elsewhere', 'premium', 'recommended', 'promoter'] %}
    cast(sum(case when changes.kind = '{{ kind }}' then changes.added else 0 end) as bigint) as {{ kind }},
    {% endfor %}
    greatest(changes.changed_on, customers.known_on) as changed_on
from changes
inner join customers
    on changes.customer_id = customers.customer_id
group by changes.customer_id, greatest(changes.changed_on, customers.known_on)
