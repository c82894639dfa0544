-- Whom to greet next, and when (S2-4): everyone who has bought, lapsed or not. An occasion counted in whole years from
-- its first day falls on 28 February where there is no 29th. Nothing says who wants to be greeted: consent is asked
-- for outside.
with customers as (

    select * from {{ ref('customer_actions') }} where activity <> 'never_bought'

),

contacts as (

    select * from {{ ref('customer_contacts') }}

),

birth_dates as (

    select * from {{ ref('stg_customers') }} where rule_code is null and birth_date is not null

),

-- Of those whom the register does not have yet by the as-of date it says nothing.
identities as (

    select * from {{ ref('identities') }} where kind = 'registered'

),

days_of_the_year as (

    select * from {{ ref('greeting_days') }}

),

run_context as (

    select * from {{ ref('run_context') }}

),

-- Of several entries of one person that of the survivor, then the smallest id.
birthdays as (

    select
        identities.customer_id,
        birth_dates.birth_date,
        row_number() over (
            partition by identities.customer_id
            order by case when identities.person_id = identities.customer_id then 0 else 1 end, identities.person_id
        ) as place
    from birth_dates
    inner join identities
        on birth_dates.customer_id = identities.person_id

),

occasions as (

    select
        customers.customer_id,
        'birthday' as occasion,
        birthdays.birth_date as first_on
    from customers
    inner join birthdays
        on
            customers.customer_id = birthdays.customer_id
            and birthdays.place = 1

    union all

    select
        customers.customer_id,
        days_of_the_year.occasion,
        days_of_the_year.first_on
    from customers
    cross join days_of_the_year

),

this_year as (

    select
        occasions.*,
        12 * (extract(year from run_context.as_of_date) - extract(year from occasions.first_on)) as months_on,
        run_context.as_of_date
    from occasions
    cross join run_context
    -- The year of a day of the year is any; nobody has a birthday before being born.
    where occasions.occasion <> 'birthday' or occasions.first_on <= run_context.as_of_date

),

dated as (

    select
        *,
        case
            when {{ add_months('first_on', 'months_on') }} >= as_of_date then {{ add_months('first_on', 'months_on') }}
            else {{ add_months('first_on', 'months_on + 12') }}
        end as next_on
    from this_year

)

select
    dated.customer_id,
    dated.occasion,
    dated.next_on,
    {{ days_between('dated.as_of_date', 'dated.next_on') }} as days_until,
    customers.rung,
    customers.manager_id,
    customers.reachable_by,
    customers.unsubscribed_on,
    contacts.last_greeted_on,
    dated.as_of_date
from dated
inner join customers
    on dated.customer_id = customers.customer_id
inner join contacts
    on dated.customer_id = contacts.customer_id
