-- The sales among which one may come twice: none where all orders come from one source.
with files as (

    select * from {{ ref('stg_files') }} where entity in ('orders', 'order_lines')

),

headers as (

    select * from {{ ref('order_headers') }} where rule_code is null

),

statuses as (

    select * from {{ ref('order_statuses') }} where is_qualifying

),

currencies as (

    select * from {{ ref('currencies') }}

),

base as (

    select * from {{ ref('base_currency') }}

),

settings as (

    select * from {{ ref('stg_settings') }}

),

sources_to_compare as (

    select distinct source
    from files
    where (select count(distinct files.source) from files) > 1

)

select
    headers.order_id,
    headers.source,
    headers.customer_id,
    headers.ordered_at,
    {{ local_date('headers.ordered_at', 'settings.timezone') }} as order_date,
    {{ local_to_utc(
        'cast(' ~ local_date('headers.ordered_at', 'settings.timezone') ~ ' as timestamp)', 'settings.timezone'
    ) }} = headers.ordered_at as is_date_only,
    coalesce(currencies.currency, base.base_currency, '') as currency,
    headers.amount,
    headers.cost is not null as has_cost
from headers
inner join sources_to_compare
    on headers.source = sources_to_compare.source
inner join statuses
    on headers.status = statuses.status
cross join settings
cross join base
left join currencies
    on headers.currency = currencies.spelling
