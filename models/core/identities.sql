-- STUB until identities are merged: a payer is the customer whose tax number it pays with.
with payers as (

    select distinct
        payer_tax_id as tax_id,
        {{ payer_id('payer_tax_id', 'payer_name') }} as person_id
    from {{ ref('stg_bank_transactions') }}
    where rule_code is null

    union

    select distinct
        receiver_tax_id as tax_id,
        {{ payer_id('receiver_tax_id', 'receiver_name') }} as person_id
    from {{ ref('stg_bank_transactions') }}
    where rule_code is null

),

customers as (

    select
        tax_id,
        min(customer_id) as customer_id
    from {{ ref('stg_customers') }}
    where rule_code is null and tax_id is not null
    group by tax_id

)

select distinct
    payers.person_id,
    coalesce(customers.customer_id, payers.person_id) as customer_id,
    case when customers.customer_id is null then 'own_id' else 'tax_id' end as matched_by
from payers
left join customers
    on payers.tax_id = customers.tax_id
where payers.person_id is not null
