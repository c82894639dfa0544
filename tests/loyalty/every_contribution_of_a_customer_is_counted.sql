with customers as (

    select * from {{ ref('customer_occasions') }}

),

totals as (

    select
        (select coalesce(sum(contributions), 0) from {{ ref('customer_contribution') }}) as counted,
        (
            select count(*)
            from {{ ref('contacts') }} as contacts
            inner join customers
                on contacts.customer_id = customers.customer_id
            where contacts.problem is null and contacts.is_contribution
        ) as efforts,
        (
            select count(*)
            from {{ ref('reviews') }} as reviews
            inner join customers
                on reviews.customer_id = customers.customer_id
        ) as reviews_written,
        (
            select count(*)
            from {{ ref('recommendations') }} as recommendations
            inner join customers
                on recommendations.referrer_id = customers.customer_id
        ) as people_referred

)

select *
from totals
where counted <> efforts + reviews_written + people_referred
