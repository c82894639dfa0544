"""Takes the marts of a published warehouse into the tools where people look.

Names, phones and e-mails stay at home unless --with-personal-data is given. Whoever is on the list of --erase
leaves under a pseudonym and without personal data; rows and sums are the same as without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb

from scripts.catalogue import Disclosure, Table, opened, read_catalogue, read_erase_list, unknown_erased
from scripts.errors import LadderError, UsageError
from scripts.exporters.duckdb_file import export_duckdb
from scripts.exporters.excel import LANGUAGES, MOST_ROWS, export_excel
from scripts.exporters.postgres import export_postgres
from scripts.exporters.tableau import export_tableau

#: A connection to the warehouse, what of it may leave, and the tables that may.
Source = tuple[duckdb.DuckDBPyConnection, Disclosure, tuple[Table, ...]]


@click.group(help=__doc__)
def main() -> None:
    """Export from the command line."""


def from_warehouse(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say what leaves the warehouse."""
    for option in (
        click.option(
            "--erase",
            default=None,
            type=click.Path(path_type=Path),
            help="A text file of ids, one a line, of people to remove.",
        ),
        click.option("--with-personal-data", is_flag=True, help="Let names, phones and e-mails leave."),
        click.option(
            "--warehouse",
            default="output/warehouse.duckdb",
            show_default=True,
            type=click.Path(path_type=Path),
            help="The published DuckDB file.",
        ),
    ):
        command = option(command)
    return command


def to_file(default: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the option that says where to write."""
    return click.option(
        "--to",
        default=default,
        show_default=True,
        type=click.Path(path_type=Path),
        help="The file to write; one that is there is replaced.",
    )


@main.command()
@from_warehouse
@click.option(
    "--dsn",
    envvar="DSN",
    required=True,
    help="The database: postgresql://user:password@host/name. Or by the environment variable DSN.",
)
@click.option(
    "--reader",
    envvar="READER",
    default="",
    help="A role that may read, made if there is none. Who could read a table of the last export still can.",
)
def postgres(dsn: str, reader: str, **options: Any) -> None:  # noqa: ANN401
    """Replace the schemas marts and quality in a PostgreSQL database, in one transaction."""
    with _told(), _source(**options) as (connection, disclosure, tables):
        for note in export_postgres(connection, disclosure, tables, dsn, reader):
            click.echo(f"Note: {note}.")
        click.echo(f"{len(tables)} tables are in PostgreSQL.")


@main.command()
@from_warehouse
@to_file("output/loyalty.xlsx")
@click.option(
    "--language", default="en", show_default=True, type=click.Choice(LANGUAGES), help="Of titles and labels."
)
@click.option(
    "--most-rows",
    default=MOST_ROWS,
    show_default=True,
    type=click.IntRange(0, 1_048_575),
    help="A mart with more rows gets no sheet of its own.",
)
def excel(to: Path, language: str, most_rows: int, **options: Any) -> None:  # noqa: ANN401
    """Write a workbook for the owner: summary, ladder, lists, cohorts, and a sheet for each mart."""
    with _told(), _source(**options) as source, _aside(to) as path:
        export_excel(*source, path, language, most_rows)
    click.echo(f"Wrote {to}.")


@main.command()
@from_warehouse
@to_file("output/loyalty.hyper")
def tableau(to: Path, **options: Any) -> None:  # noqa: ANN401
    """Write a Tableau extract."""
    with _told(), _source(**options) as source, _aside(to) as path:
        export_tableau(*source, path)
    click.echo(f"Wrote {to}.")


@main.command("duckdb")
@from_warehouse
@to_file("output/loyalty.duckdb")
def duckdb_file(to: Path, **options: Any) -> None:  # noqa: ANN401
    """Write a DuckDB file of marts and quality alone."""
    with _told(), _source(**options) as source, _aside(to) as path:
        export_duckdb(*source, path)
    click.echo(f"Wrote {to}.")


@contextmanager
def _source(warehouse: Path, with_personal_data: bool, erase: Path | None) -> Iterator[Source]:
    erased = read_erase_list(erase)
    with opened(warehouse) as connection:
        tables = read_catalogue(connection)
        disclosure = Disclosure(connection, with_personal_data=with_personal_data, erased=erased)
        for note in unknown_erased(disclosure):
            click.echo(f"Note: {note}.")
        yield connection, disclosure, disclosure.tables(tables)


@contextmanager
def _aside(to: Path) -> Iterator[Path]:
    """Write beside the file that is there, and replace it when all is written."""
    aside = to.with_name(f".{to.stem}.new{to.suffix}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        yield aside
        aside.replace(to)
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror}.") from error
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what cannot be done into one sentence and an exit code."""
    try:
        yield
    except LadderError as error:
        click.echo(f"Stopped: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
