{% set marts = [
    'customer_occasions', 'customer_contribution', 'loyalty_matrix', 'trust_levels', 'price_hunters',
    'bonus_dependence', 'loyalty_basis', 'personal_rhythm'
] %}
with customers as (

    select customer_id from {{ ref('customer_facts') }}

),

placed as (

    {% for mart in marts %}
    select
        '{{ mart }}' as mart,
        customer_id
    from {{ ref(mart) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    customers.customer_id,
    count(distinct placed.mart) as marts
from customers
full outer join placed
    on customers.customer_id = placed.customer_id
group by customers.customer_id
having count(distinct placed.mart) <> {{ marts | length }} or customers.customer_id is null
