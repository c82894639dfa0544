"""Publishes a built and checked warehouse: exports, quality results and report, then the swap.

Everything is made aside first. Only when all of it is there does it take the place of the last
publication, so that a reader, or a build that fails half-way, never sees a mixture.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import click
import duckdb

from scripts.build import Check

#: What a publication consists of, besides the warehouse itself.
FOLDERS = ("exports", "report", "quality")
#: The tables of the quality schema that are published as CSV.
QUALITY_TABLES = (
    "row_accounting",
    "money_accounting",
    "quarantine",
    "findings",
    "rounded_numbers",
    "revenue_bridge",
    "refund_reconciliation",
    "source_reconciliation",
    "unmatched_payments",
    "possible_doubles",
    "restatements",
    "identity_changes",
    "shared_keys",
    "unmerged_groups",
)


def export_marts(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Write one Parquet file a mart, and manifest.json; return the manifest.

    Rows are sorted by all columns, so that the same input gives the same bytes whatever the order
    of its rows.

    Args:
        connection: an open connection to the warehouse.
        folder: the folder to write to; it must exist.
    """
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    ).fetchall()
    as_of = connection.execute("select as_of_date from core.run_context").fetchone()
    manifest: dict[str, Any] = {
        "as_of_date": str(as_of[0]) if as_of and as_of[0] else None,
        "marts": {},
    }
    for (table,) in tables:
        path = folder / f"{table}.parquet"
        connection.execute(
            f"copy (select * from marts.{table} order by all) to '{_escaped(path)}' "
            "(format parquet, compression zstd)"
        )
        columns = connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = 'marts' and table_name = ? order by column_index",
            [table],
        ).fetchall()
        rows = connection.execute(f"select count(*) from marts.{table}").fetchone()
        manifest["marts"][table] = {
            "file": path.name,
            "rows": rows[0] if rows else 0,
            "columns": [{"name": name, "type": kind} for name, kind in columns],
            "sha256": _sha256(path),
        }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return manifest


def write_quality(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    checks: tuple[Check, ...],
    expectations: list[dict[str, Any]],
) -> None:
    """Write what was checked and what has changed: checks.json, and the tables below as CSV.

    Args:
        connection: an open connection to the warehouse.
        folder: the folder to write to; it must exist.
        checks: the data tests of the build.
        expectations: the results of the expectation suites.
    """
    result = {"checks": [vars(check) for check in checks], "expectations": expectations}
    (folder / "checks.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    for table in QUALITY_TABLES:
        connection.execute(
            f"copy (select {_defused(connection, table)} from quality.{table} order by all) "
            f"to '{_escaped(folder / table)}.csv' (header)"
        )


def _defused(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL of the columns of a table, with a ' before text that a spreadsheet would take for a formula.

    Numbers below zero stay numbers, and the table itself is not changed (OWASP: CSV injection).
    """
    described = connection.execute(f"describe quality.{table}").fetchall()
    return ", ".join(
        f"case when {name} ~ '(?s)[-=+@\\t\\r].*' then chr(39) || {name} else {name} end as {name}"
        if kind == "VARCHAR"
        else name
        for name, kind, *_ in described
    )


def drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the views of a built warehouse: a view names the file it was made in, and fails in a copy.

    Args:
        connection: an open connection to the warehouse, which may be written.
    """
    views = connection.execute(
        "select schema_name, view_name from duckdb_views() where not internal order by all"
    ).fetchall()
    for schema, view in views:
        connection.execute(f'drop view "{schema}"."{view}"')


def swap(warehouse: Path, made: Path, out: Path) -> None:
    """Put a finished publication in the place of the last one.

    Args:
        warehouse: the built DuckDB file, closed; it is moved.
        made: the folder that holds the new `exports`, `report` and `quality`.
        out: the output folder.
    """
    for name in FOLDERS:
        current, old = out / name, made / f"{name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            current.rename(old)
        (made / name).rename(current)
    warehouse.replace(out / "warehouse.duckdb")
    for name in FOLDERS:
        shutil.rmtree(made / f"{name}.old", ignore_errors=True)


def heal(made: Path, out: Path) -> None:
    """Undo a swap that was interrupted: what was moved aside and not replaced comes back."""
    for name in FOLDERS:
        old, current = made / f"{name}.old", out / name
        if old.exists() and not current.exists():
            old.rename(current)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


@click.command(help="Writes the marts of a built warehouse as Parquet files with a manifest.")
@click.option(
    "--warehouse",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The DuckDB file to read.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
def main(warehouse: Path, out: Path) -> None:
    """Export from the command line."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        manifest = export_marts(connection, out)
    click.echo(f"Wrote {len(manifest['marts'])} marts to {out}.")


if __name__ == "__main__":
    main()
