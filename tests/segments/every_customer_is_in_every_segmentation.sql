-- Identity 7, for all that split the customers.
with customers as (

    select customer_id from {{ ref('customer_facts') }}

)

{% for mart in ['abc_xyz_customers', 'rfm_customers', 'customer_ltv'] -%}
select
    '{{ mart }}' as mart,
    coalesce(customers.customer_id, segmented.customer_id) as customer_id
from customers
full outer join {{ ref(mart) }} as segmented
    on customers.customer_id = segmented.customer_id
where customers.customer_id is null or segmented.customer_id is null
{{ 'union all' if not loop.last }}
{% endfor %}
