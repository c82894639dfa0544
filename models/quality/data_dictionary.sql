-- The descriptions of this very project, taken from dbt, so that whoever is handed the warehouse has them too.
with described (
    schema_name, table_name, table_description, column_no, column_name, key_no, is_person, is_personal, is_step,
    description
) as (

    values
    {%- for column in described_columns(['marts', 'quality']) %}
    ({{ column | join(', ') }}){{ ',' if not loop.last }}
    {%- endfor %}

)

select
    schema_name,
    table_name,
    column_no,
    column_name,
    cast(key_no as integer) as key_no,
    is_person,
    is_personal,
    is_step,
    table_description,
    description
from described
