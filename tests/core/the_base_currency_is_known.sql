{{ config(meta={
    'exit_code': 2,
    'sentence': 'The orders come in several currencies ({found}) and none is declared as the base; write for example `currency: {example}` into intake.yml.'
}) }}

-- Without a base currency no amount can be compared with another.
with sales as (

    select currency from {{ ref('order_headers') }}
    union all
    select currency from {{ ref('stg_bank_transactions') }} where rule_code is null

),

currencies as (

    select
        known.currency,
        count(*) as orders
    from sales
    inner join {{ ref('currencies') }} as known
        on upper(sales.currency) = known.spelling
    group by known.currency

),

bases as (

    select count(base_currency) as bases from {{ ref('base_currency') }}

)

select
    concat(
        min(currencies.currency),
        ', ',
        max(currencies.currency),
        case when count(*) > 2 then concat(' and ', cast(count(*) - 2 as {{ dbt.type_string() }}), ' more') else '' end
    ) as found,
    max_by(currencies.currency, currencies.orders) as example
from currencies
cross join bases
where bases.bases = 0
having count(*) > 1
