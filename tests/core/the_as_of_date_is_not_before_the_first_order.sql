{{ config(meta={
    'exit_code': 2,
    'sentence': 'The as-of date {as_of_date} is before the first order ({first_order_date}), so there is nothing to show; choose AS_OF between {first_order_date} and {last_order_date}.'
}) }}

select
    as_of_date,
    first_order_date,
    last_order_date
from {{ ref('run_context') }}
where as_of_date < first_order_date
