with of_customers as (

    select
        facts.customer_id,
        count(subgroups.customer_id) as subgroups
    from {{ ref('customer_facts') }} as facts
    left join {{ ref('profit_subgroups') }} as subgroups
        on facts.customer_id = subgroups.customer_id
    group by facts.customer_id
    having count(subgroups.customer_id) <> 1

),

of_rungs as (

    select
        (select count(*) from {{ ref('customer_facts') }}) as customers,
        coalesce(sum(profitable + middling + unprofitable + not_split + unknown), 0) as counted
    from {{ ref('rung_economics') }}
    where ladder = 'canonical'

)

select customer_id as found from of_customers
union all
select cast(counted as {{ dbt.type_string() }}) as found from of_rungs
where customers <> counted
