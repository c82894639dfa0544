-- A return that stands in two sources, as its sale may: of one customer, the same goods, price and units, within
-- same_sale_minutes. Found before orders are: the second would take from another order than the first. One that stands
-- in the order that sold the goods is of that, whatever others say.
with returns as (

    select
        returns.*,
        files.source,
        own_returns.refund_id is not null as is_own,
        coalesce(currencies.currency, upper(returns.currency), '') as iso_currency,
        row_number() over (
            partition by
                returns.entity, files.source, returns.customer_id, returns.product_id, returns.price, returns.units,
                coalesce(currencies.currency, upper(returns.currency), ''),
                {{ local_date('returns.returned_at', 'settings.timezone') }}
            order by returns.returned_at, returns.refund_id
        ) as place
    from {{ ref('returns') }} as returns
    cross join {{ ref('stg_settings') }} as settings
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
    where returns.customer_id is not null and returns.returned_at is not null

)

select distinct
    others.entity,
    others.refund_id
from returns as others
inner join returns as firsts
    on
        others.entity = firsts.entity
        and others.customer_id = firsts.customer_id
        and others.product_id = firsts.product_id
        and others.price = firsts.price
        and others.units = firsts.units
        and others.iso_currency = firsts.iso_currency
        and others.place = firsts.place
where
    not others.is_own
    and (firsts.is_own or firsts.source < others.source)
    and firsts.source <> others.source
    and abs({{ epoch_seconds('others.returned_at') }} - {{ epoch_seconds('firsts.returned_at') }})
    <= 60 * {{ var('same_sale_minutes') }}
