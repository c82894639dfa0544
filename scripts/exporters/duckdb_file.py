"""Copies the tables, with their descriptions, into a DuckDB file of their own: a warehouse to hand on."""

from __future__ import annotations

from pathlib import Path

import duckdb

from scripts.catalogue import Disclosure, Table, literal


def export_duckdb(
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    tables: tuple[Table, ...],
    path: Path,
) -> None:
    """Write a DuckDB file.

    Args:
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        tables: the tables that may.
        path: the file to write, which must not exist.
    """
    connection.execute(f"attach {literal(path)} as handed_on")
    for schema in sorted({table.schema for table in tables}):
        connection.execute(f'create schema handed_on."{schema}"')
    for table in tables:
        name = f'handed_on."{table.schema}"."{table.name}"'
        connection.execute(f"create table {name} as {disclosure.query(table)}")
        connection.execute(f"comment on table {name} is {literal(table.description)}")
        for column in table.columns:
            connection.execute(f"comment on column {name}.{column.quoted} is {literal(column.description)}")
    connection.execute("detach handed_on")
