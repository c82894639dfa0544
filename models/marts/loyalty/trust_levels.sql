-- S1-1 to S1-5, S1-10. Trust beside the ladder. Long-term trust is bought on and on and is not broken; fanatics buy
-- only here, bring others and put in effort of their own: spending alone makes nobody one.
with customers as (

    select * from {{ ref('customer_occasions') }}

),

signals as (

    select * from {{ ref('customer_signals') }}

),

novelty_buyers as (

    select * from {{ ref('novelty_buyers') }}

),

wallets as (

    select * from {{ ref('only_us_customers') }}

),

breaks as (

    select * from {{ ref('broken_trust') }}

),

known_breaks as (

    select count(*) > 0 as has_any from breaks

),

facts as (

    select
        customers.*,
        signals.wows,
        signals.last_wow_on,
        signals.first_success_on,
        signals.first_contribution_on,
        signals.has_recommended,
        signals.has_contributed,
        wallets.is_only_us,
        wallets.asked_on,
        case when known_breaks.has_any then coalesce(breaks.trust_breaks, 0) end as trust_breaks,
        breaks.broken_since,
        breaks.broken_by,
        breaks.last_broke_on,
        breaks.last_restored_on,
        novelty_buyers.is_novelty_buyer,
        {% for name, days in [
            ('is_mastering', 'mastering_days'), ('has_mastering_support', 'mastering_support_days')
        ] %}
        case
            when signals.knows_support
                then coalesce(
                    signals.first_support_on <= {{ add_days('customers.first_occasion_on', var(days)) }}, false
                )
        end as {{ name }},
        {% endfor %}
        case
            when breaks.broken_since is not null then 'broken'
            when customers.long_term_on is null or not customers.is_active then 'temporary'
            when wallets.is_only_us and signals.has_recommended and signals.has_contributed then 'fanatic'
            else 'long_term'
        end as level
    from customers
    inner join signals
        on customers.customer_id = signals.customer_id
    cross join known_breaks
    left join wallets
        on customers.customer_id = wallets.customer_id
    left join breaks
        on customers.customer_id = breaks.customer_id
    left join novelty_buyers
        on customers.customer_id = novelty_buyers.customer_id

)

select
    customer_id,
    level,
    -- Who trusted us for long and has gone silent is no beginner.
    case
        when level <> 'temporary' or long_term_on is not null then null
        when occasions > 1 or is_mastering then 'mastering'
        else 'superficial'
    end as stage,
    case level
        when 'broken' then broken_since
        when 'temporary'
            then case
                when long_term_on is null then greatest(first_occasion_on, last_restored_on)
                else {{ add_days('last_purchase_on', var('activity_window_days')) }}
            end
        when 'long_term' then greatest(long_term_on, active_since, last_restored_on)
        else greatest(long_term_on, active_since, last_restored_on, first_success_on, first_contribution_on, asked_on)
    end as since,
    broken_by,
    trust_breaks,
    last_broke_on,
    last_restored_on,
    long_term_on,
    is_active,
    is_only_us,
    has_recommended,
    has_contributed,
    is_novelty_buyer,
    has_mastering_support,
    wows,
    last_wow_on
from facts
