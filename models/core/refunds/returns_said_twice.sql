-- A return that stands in two sources, as its sale may: of one customer, the same goods, price and units, within
-- same_sale_minutes; days without a time say too little, of a return as of a sale. Found before orders are: the second
-- would take from another order than the first. One that stands in the order that sold the goods is of that.
{%- set midnight = local_to_utc(
    'cast(' ~ local_date('returns.returned_at', 'settings.timezone') ~ ' as timestamp)', 'settings.timezone'
) %}
with returns as (

    select
        returns.*,
        files.source,
        concat(returns.entity, ':', returns.refund_id) as return_key,
        own_returns.refund_id is not null as is_own,
        coalesce(currencies.currency, upper(returns.currency), base.base_currency, '') as iso_currency,
        {{ epoch_seconds('returns.returned_at') }} as returned_second
    from {{ ref('returns') }} as returns
    cross join {{ ref('stg_settings') }} as settings
    cross join {{ ref('base_currency') }} as base
    inner join {{ ref('stg_files') }} as files
        on
            returns.entity = files.entity
            and returns.file = files.file
    left join {{ ref('own_returns') }} as own_returns
        on
            returns.entity = 'order_lines'
            and returns.refund_id = own_returns.refund_id
    left join {{ ref('currencies') }} as currencies
        on upper(returns.currency) = currencies.spelling
    where
        returns.customer_id is not null
        and returns.returned_at <> {{ midnight }}

),

pairs as (

    select
        returns.entity,
        returns.source,
        others.source as other_source,
        returns.customer_id,
        returns.product_id,
        returns.price,
        returns.units,
        returns.iso_currency,
        returns.return_key,
        others.return_key as other_key,
        returns.refund_id,
        others.refund_id as other_id,
        others.is_own as is_other_own,
        1 as one_return,
        abs(returns.returned_second - others.returned_second) as seconds_apart
    from returns
    inner join returns as others
        on
            returns.entity = others.entity
            and returns.customer_id = others.customer_id
            and returns.product_id = others.product_id
            and returns.price = others.price
            and returns.units = others.units
            and returns.iso_currency = others.iso_currency
            and returns.source < others.source
    where
        abs(returns.returned_second - others.returned_second) <= 60 * {{ var('same_sale_minutes') }}
        and not (returns.is_own and others.is_own)

),

matched as (

    {{ allocated(
        pairs='pairs',
        group_by='entity, source, other_source, customer_id, product_id, price, units, iso_currency',
        left_id='return_key',
        right_id='other_key',
        left_amount='one_return',
        right_amount='one_return',
        order_by='seconds_apart, return_key, other_key'
    ) }}

)

select distinct
    pairs.entity,
    case when pairs.is_other_own then pairs.refund_id else pairs.other_id end as refund_id
from matched
inner join pairs
    on
        matched.return_key = pairs.return_key
        and matched.other_key = pairs.other_key
