select
    population,
    channel,
    cohort,
    rung_no,
    reached,
    reached_below
from {{ ref('sales_skirt') }}
where
    reached > reached_below
    or conversion_from_below > 1
    or conversion_from_bottom > 1
    or steps_observed > coalesce(reached_below, 0)
