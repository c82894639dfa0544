"""Writes the tables into a Tableau extract (.hyper), one schema a schema."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from scripts.catalogue import Disclosure, Table
from scripts.errors import UsageError

#: The first version of the format that has decimals of more than 18 digits.
FORMAT = {"default_database_version": "3"}

#: Each call starts Tableau's engine, half a second; tables are handed over together up to so many rows, and
#: larger ones flow through.
MANY_ROWS, BATCH_ROWS = 1_000_000, 100_000


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

    def write(frames: dict[tuple[str, str], Any]) -> None:
        if frames:
            with tempfile.TemporaryDirectory() as logs:
                settings = FORMAT | {"log_dir": logs}
                pantab.frames_to_hyper(frames, path, table_mode="a", process_params=settings)

    small, size = {}, 0
    for table in tables:
        query, name = disclosure.query(table), (table.schema, table.name)
        ((count,),) = connection.execute(f"select count(*) from ({query})").fetchall()
        rows = connection.execute(query).fetch_record_batch(BATCH_ROWS)
        if count > MANY_ROWS:
            write({name: rows})
            continue
        small[name] = rows.read_all()
        size += count
        if size > MANY_ROWS:
            write(small)
            small, size = {}, 0
    write(small)
