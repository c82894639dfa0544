"""Judges exported marts by the Great Expectations suites in tests/expectations."""

from __future__ import annotations

import functools
import json
import logging
import os
import tempfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import duckdb

from scripts.errors import CheckFailedError, LadderError
from scripts.intake import PROJECT

SUITES = PROJECT / "tests" / "expectations"


def expect(folder: Path) -> list[dict[str, Any]]:
    """Judge the exports in a folder; every suite must find its file.

    DuckDB reads the files and does the counting, so an export may be larger than memory.

    Args:
        folder: the folder with one Parquet file a mart.

    Returns:
        One dict an expectation: mart, expectation, arguments, success, unexpected (how many rows).

    Raises:
        CheckFailedError: an expectation is not met, or a file is missing.
    """
    suites = {path.stem: path for path in sorted(SUITES.glob("*.json"))}
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "exports.duckdb"
        with duckdb.connect(str(database)) as connection:
            for mart in suites:
                path = folder / f"{mart}.parquet"
                if not path.exists():
                    raise CheckFailedError(f"The export {mart}.parquet was not written.")
                literal = str(path.resolve()).replace("'", "''")
                connection.execute(f"create view {mart} as select * from read_parquet('{literal}')")
        results = _judge(database, suites)
    failed = [r for r in results if not r["success"]]
    if failed:
        first = failed[0]
        raise CheckFailedError(
            f"The export {first['mart']}.parquet does not meet {first['expectation']} "
            f"({first['arguments']}): {first['unexpected']} unexpected row(s); nothing was published."
        )
    return results


def load_library() -> ModuleType:
    """Import Great Expectations, which takes seconds: a run does so while dbt is at work."""
    # It reports its use to its makers unless this is set before the import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    import great_expectations

    return great_expectations


def _judge(database: Path, suites: dict[str, Path]) -> list[dict[str, Any]]:
    gx = load_library()
    _keep_results_of_ended_transactions()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql("exports", connection_string=f"duckdb:///{database}")
    results = []
    for mart, path in suites.items():
        suite = gx.ExpectationSuite(name=mart)
        for entry in json.loads(path.read_text("utf-8")):
            ((name, arguments),) = entry.items()
            kind = "".join(part.title() for part in name.split("_"))
            suite.add_expectation(getattr(gx.expectations, kind)(**arguments))
        batch = source.add_table_asset(mart, table_name=mart).add_batch_definition_whole_table(mart)
        for result in batch.get_batch().validate(suite).results:
            config = result.expectation_config
            results.append(
                {
                    "mart": mart,
                    "expectation": config.type,
                    "arguments": {k: v for k, v in config.kwargs.items() if k != "batch_id"},
                    "success": bool(result.success),
                    "unexpected": (result.result or {}).get("unexpected_count", 0),
                }
            )
    source.get_engine().dispose()
    return results


@functools.cache
def _keep_results_of_ended_transactions() -> None:
    """Fetch every result at once: Great Expectations fetches after the transaction has ended.

    DuckDB has dropped the result by then (fivetran/great_expectations#11579).
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    @event.listens_for(Engine, "after_cursor_execute")
    def _buffer(
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> None:
        if connection.dialect.name == "duckdb" and cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, initial_buffer=cursor.fetchall()
            )


@click.command(help=__doc__)
@click.option(
    "--exports",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The folder with the Parquet files.",
)
def main(exports: Path) -> None:
    """Judge exports from the command line."""
    try:
        results = expect(exports)
    except LadderError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from error
    click.echo(f"{len(results)} expectations met.")


if __name__ == "__main__":
    main()
