-- K12. Every change adds to or takes from running sums: the occasions that live, whether they keep the
-- person active, contacts and evidence. So a lapse, a return and a refund have their own dates, and the past
-- is never rewritten by what came later. Occasions are followed up to regular_min_occasions: later ones
-- move nobody to another rung.
{{ config(materialized='view') }}

with occasions as (

    select * from {{ ref('ladder_occasions') }}

),

customers as (

    select * from {{ ref('customers') }}

),

evidence as (

    select * from {{ ref('evidence_changes') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

changes as (

    select
        customer_id,
        known_on as changed_on,
        is_known_on_unsure,
        {{ additions({
            'reach': 'case when reached_on <= known_on then 1 else 0 end',
            'interest': 'case when interested_on <= known_on then 1 else 0 end'
        }) }}
    from customers

    union all

    select
        customer_id,
        reached_on as changed_on,
        false as is_known_on_unsure,
        {{ additions({'reach': 1}) }}
    from customers
    where reached_on > known_on

    union all

    select
        customer_id,
        interested_on as changed_on,
        false as is_known_on_unsure,
        {{ additions({'interest': 1}) }}
    from customers
    where interested_on > known_on

    union all

    select
        customer_id,
        order_date as changed_on,
        false as is_known_on_unsure,
        {{ additions({'occasions': 'occasions', 'activity': 'case when is_arrival then 1 else 0 end'}) }}
    from occasions
    where is_arrival or has_refund or occasions_so_far - occasions < {{ var('regular_min_occasions') }}

    union all

    select
        customer_id,
        lapses_on as changed_on,
        false as is_known_on_unsure,
        {{ additions({'activity': -1}) }}
    from occasions
    where lapses_on is not null

    union all

    select
        customer_id,
        refunded_on as changed_on,
        false as is_known_on_unsure,
        {{ additions({'occasions': '-occasions'}) }}
    from occasions
    where refunded_on is not null

    union all

    select
        customer_id,
        changed_on,
        false as is_known_on_unsure,
        {{ additions({
            'only_us': 'only_us', 'elsewhere': 'elsewhere', 'premium': 'premium', 'recommended': 'recommended',
            'promoter': 'promoter'
        }) }}
    from evidence

)

select
    changes.customer_id,
    changes.changed_on,
    {% for kind in kinds_of_change() %}
    cast(sum(changes.{{ kind }}) as bigint) as {{ kind }}_added,
    {% endfor %}
    bool_or(changes.is_known_on_unsure) as is_known_on_unsure
from changes
cross join run_context
where changes.changed_on <= run_context.as_of_date
group by changes.customer_id, changes.changed_on
