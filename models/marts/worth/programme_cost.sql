-- S1-8: what the programme gives that can be carried away, and what is lost on leaving. Discounts are in the
-- revenue already, net of them; here is what they were, and nothing is taken off a second time.
{%- set programme_kinds = var('programme_discount_kinds') %}
with lines as (

    select * from {{ ref('order_lines') }} where rule_code is null and discount_kind is not null

),

orders as (

    select * from {{ ref('orders') }}

),

contacts as (

    select * from {{ ref('contacts') }} where problem is null

),

profits as (

    select * from {{ ref('customer_profit') }}

),

discounts as (

    select
        'carry_away' as portability,
        concat('discount_', lines.discount_kind) as form,
        lines.discount_kind in ({{ "'" ~ programme_kinds | join("', '") ~ "'" }}) as is_programme,
        count(distinct lines.order_id) as times,
        sum(lines.discount_amount) as amount
    from lines
    inner join orders
        on lines.order_id = orders.order_id
    where lines.discount_kind <> 'none'
    group by lines.discount_kind

),

-- What was done for people, of which the data have no price.
deeds as (

    select
        case when kind = 'gift' then 'carry_away' else 'non_portable' end as portability,
        kind as form,
        true as is_programme,
        count(*) as times,
        null as amount
    from contacts
    where kind in ('gift', 'upgrade', 'event_attended', 'training')
    group by kind

),

-- The file of costs says what the programme costs and not what for.
booked as (

    select
        'undivided' as portability,
        'programme_cost' as form,
        true as is_programme,
        count(*) filter (where programme_cost > 0) as times,
        sum(programme_cost) as amount
    from profits
    having sum(programme_cost) is not null

),

forms as (

    select * from discounts
    union all
    select * from deeds
    union all
    select * from booked

),

margins as (

    select {{ money_total('margin_1') }} as margin_1 from profits

)

select
    forms.portability,
    forms.form,
    forms.is_programme,
    forms.times,
    cast(forms.amount as decimal(28, 2)) as amount,
    case when margins.margin_1 > 0 then {{ ratio('forms.amount', 'margins.margin_1') }} end as share_of_margin
from forms
cross join margins
