"""Writes the report: one self-contained page of what the marts say."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from scripts.report import write_report


@click.command(help=__doc__)
@click.option(
    "--warehouse",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The DuckDB file to read.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
@click.option("--title", default="Loyalty Ladder", show_default=True, help="Whose shop it is.")
@click.option(
    "--checks",
    default=None,
    type=click.Path(exists=True, path_type=Path),
    help="The file checks.json of the build, to tell of the checks.",
)
def main(warehouse: Path, out: Path, title: str, checks: Path | None) -> None:
    """Write the report from the command line."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        click.echo(write_report(connection, out, title, checks))


if __name__ == "__main__":
    main()
