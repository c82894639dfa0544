"""The doors of the warehouse: files come in, results go out; everything between is SQL in dbt."""
