-- S0-10, S1-10. What customers have said of buying elsewhere, over all answers that still hold: one no speaks against
-- every yes.
{{ config(materialized='view') }}

select
    customer_id,
    bool_and(is_only_us) as is_only_us,
    min(asked_on) as asked_on
from {{ ref('wallet_answers') }}
where is_current and is_only_us is not null
group by customer_id
