"""Writes what a publication holds beside the warehouse: the exports and the results of the checks."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import duckdb
import yaml

from scripts.build import Check
from scripts.catalogue import Disclosure, literal, opened, read_catalogue
from scripts.intake import PROJECT

#: Rows that a spreadsheet can open. What is longer is for programs, and Parquet is a tenth of the size.
LONGEST_CSV = 1_048_575
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


def export_marts(
    connection: duckdb.DuckDBPyConnection, disclosure: Disclosure, folder: Path
) -> dict[str, Any]:
    """Write a Parquet file for each mart, a CSV file for each that a spreadsheet can open, and manifest.json.

    Rows are sorted, so that the same input gives the same bytes whatever the order of its rows.

    Args:
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        folder: the folder to write to; it must exist.

    Returns:
        The manifest; `csv` is None for a mart that is too long.
    """
    as_of = connection.execute("select as_of_date from core.run_context").fetchone()
    manifest: dict[str, Any] = {
        "as_of_date": str(as_of[0]) if as_of and as_of[0] else None,
        "versions": versions(),
        "marts": {},
    }
    marts = (table for table in read_catalogue(connection) if table.schema == "marts")
    for table in disclosure.tables(tuple(marts)):
        parquet, csv = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
        ((rows,),) = connection.execute(
            f"copy ({disclosure.query(table)}) to {literal(parquet)} (format parquet, compression zstd)"
        ).fetchall()
        if rows <= LONGEST_CSV:
            scan = f"read_parquet({literal(parquet)})"
            connection.execute(
                f"copy (select {_defused(connection, scan)} from {scan}) to {literal(csv)} (header)"
            )
        manifest["marts"][table.name] = {
            "file": parquet.name,
            "rows": rows,
            "description": table.description,
            "key": table.key,
            "columns": [
                {"name": c.name, "type": c.type, "description": c.description} for c in table.columns
            ],
            "sha256": _sha256(parquet),
            "csv": {"file": csv.name, "sha256": _sha256(csv)} if csv.exists() else None,
        }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return manifest


def versions() -> dict[str, str]:
    """Return the versions of what made a publication: this project, dbt and DuckDB."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    return {
        "loyalty_ladder": project["version"],
        "dbt": metadata.version("dbt-core"),
        "duckdb": metadata.version("duckdb"),
    }


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
            f"copy (select {_defused(connection, f'quality.{table}')} from quality.{table} order by all) "
            f"to {literal(folder / f'{table}.csv')} (header)"
        )


def _defused(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL of the columns of a table, with a ' before text that a spreadsheet would take for a formula.

    Numbers below zero stay numbers, and the table itself is not changed (OWASP: CSV injection).
    """
    described = connection.execute(f"describe from {table}").fetchall()
    columns = ((f'"{name}"', kind) for name, kind, *_ in described)
    return ", ".join(
        f"case when {name} ~ '(?s)[-=+@\\t\\r].*' then chr(39) || {name} else {name} end as {name}"
        if kind == "VARCHAR"
        else name
        for name, kind in columns
    )


def drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the views of the models: a view of dbt names the file it was made in, and fails in a copy.

    Args:
        connection: an open connection to the warehouse, which may be written.
    """
    views = connection.execute(
        "select schema_name, view_name from duckdb_views() "
        "where not internal and schema_name <> 'raw' order by all"
    ).fetchall()
    for schema, view in views:
        connection.execute(f'drop view "{schema}"."{view}"')


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@click.command(help="Writes the marts of a built warehouse as Parquet and CSV files with a manifest.")
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
    with opened(warehouse) as connection:
        manifest = export_marts(connection, Disclosure(connection), out)
    click.echo(f"Wrote {len(manifest['marts'])} marts to {out}.")


if __name__ == "__main__":
    main()
