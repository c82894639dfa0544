{{ config(meta={
    'exit_code': 2,
    'sentence': 'The orders come in several currencies ({currencies}) and none is declared as the base; write `currency: {example}` into intake.yml.'
}) }}

-- Without a base currency no amount can be compared with another.
select
    min(upper(currency)) || ', ' || max(upper(currency)) as currencies,
    max(upper(currency)) as example
from {{ ref('stg_orders') }}
where rule_code is null and currency is not null
having
    min(upper(currency)) <> max(upper(currency))
    and (select count(settings.base_currency) from {{ ref('stg_settings') }} as settings) = 0
    and (select count(booked.base_currency) from {{ ref('booked_orders') }} as booked) = 0
