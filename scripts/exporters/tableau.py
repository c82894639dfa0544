"""Writes the tables into a Tableau extract (.hyper), one schema a schema."""

from __future__ import annotations

from pathlib import Path

import duckdb

from scripts.catalogue import Disclosure, Table
from scripts.errors import UsageError

#: No log file where one stands; the version of the format that has decimals of more than 18 digits.
PROCESS = {"log_config": "", "default_database_version": "3"}


def export_tableau(
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    tables: tuple[Table, ...],
    path: Path,
) -> None:
    """Write a .hyper file.

    Args:
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        tables: the tables that may.
        path: the file to write, which must not exist.

    Raises:
        UsageError: pantab is not installed.
    """
    try:
        import pantab
    except ImportError as error:
        raise UsageError("The Tableau exporter is not installed; `make tableau` installs it.") from error
    for table in tables:
        rows = connection.execute(disclosure.query(table)).fetch_record_batch(100_000)
        pantab.frame_to_hyper(
            rows,
            path,
            table=(table.schema, table.name),
            table_mode="a",
            process_params=PROCESS,
        )
