{{ config(meta={
    'sentence': 'The money of {entity} in {currency} that was loaded is {loaded}, and the money booked is {booked}; this is a mistake of the project.'
}) }}

-- The control total of the files, held against the tables of core that carry on with it.
with base as (

    select coalesce(base_currency, 'unknown') as currency from {{ ref('base_currency') }}

),

booked as (

    select
        'orders' as entity,
        coalesce(booked_orders.currency, base.currency) as currency,
        sum(booked_orders.amount_in_currency) as booked
    from {{ ref('booked_orders') }} as booked_orders
    cross join base
    where booked_orders.rule_code is null and not booked_orders.is_derived
    group by 2

    union all

    select
        'refunds' as entity,
        coalesce(refunds.currency, base.currency) as currency,
        sum(refunds.amount_in_currency) as booked
    from {{ ref('refunds') }} as refunds
    cross join base
    where refunds.rule_code is null and refunds.entity = 'refunds'
    group by 2

),

loaded as (

    select
        entity,
        currency,
        sum(amount_loaded) as loaded
    from {{ ref('money_accounting') }}
    where
        entity in ('orders', 'refunds')
        -- Returns among the orders are below zero, and booked as refunds.
        and not exists (select 1 from {{ ref('stg_files') }} as files where files.returns = 'negative_orders')
    group by entity, currency

)

select
    loaded.entity,
    loaded.currency,
    loaded.loaded,
    booked.booked
from loaded
left join booked
    on
        loaded.entity = booked.entity
        and loaded.currency = booked.currency
where loaded.loaded <> coalesce(booked.booked, 0)
