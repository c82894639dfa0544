"""Asks a published warehouse for metrics, by MetricFlow's `mf`; by default, whether they are valid.

What is more than `mf` here: the warehouse is opened read-only, so that others may read it meanwhile, and
nothing asks PyPI for a newer version.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click

from scripts.errors import CheckFailedError, LadderError, UsageError
from scripts.intake import PROJECT


@click.command(
    help=__doc__,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="For example: query --metrics revenue,margin --group-by metric_time__month",
)
@click.option(
    "--warehouse",
    default="output/warehouse.duckdb",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The published DuckDB file.",
)
@click.option(
    "--work",
    default=PROJECT / "output" / "build" / "metrics",
    type=click.Path(path_type=Path),
    help="A folder for what dbt has parsed.",
)
@click.option(
    "--query",
    envvar="QUERY",
    help="Arguments of `mf query` in one text, quoted as in a shell. Or by the environment variable QUERY.",
)
@click.argument("arguments", metavar="[ARGUMENTS OF MF]...", nargs=-1, type=click.UNPROCESSED)
def main(warehouse: Path, work: Path, query: str | None, arguments: tuple[str, ...]) -> None:
    """Ask from the command line."""
    try:
        if query and not arguments:
            arguments = ("query", *_words(query))
        prepare(warehouse, work)
    except LadderError as error:
        click.echo(f"Stopped: {error}", err=True)
        sys.exit(error.exit_code)
    ask(arguments or ("validate-configs",))


def _words(query: str) -> list[str]:
    try:
        return shlex.split(query)
    except ValueError as error:
        raise UsageError(f"QUERY cannot be read: {str(error).lower()}.") from error


def prepare(warehouse: Path, work: Path) -> None:
    """Let dbt write the semantic manifest, and tell `mf` by the environment where everything is.

    Args:
        warehouse: the DuckDB file.
        work: becomes a project for `mf`, without models.

    Raises:
        CheckFailedError: the project cannot be parsed.
        UsageError: there is no such file.
    """
    if not warehouse.exists():
        raise UsageError(f"There is no {warehouse}; run `make run` first, or name another with --warehouse.")
    os.environ["LADDER_WAREHOUSE"] = str(warehouse)
    work.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / "dbt_project.yml", work)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            "--quiet",
            "--log-level-file=none",
            "parse",
            f"--project-dir={PROJECT}",
            f"--profiles-dir={PROJECT}",
            f"--target-path={work.absolute() / 'target'}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CheckFailedError(f"The project cannot be parsed: {' '.join(done.stdout.split())[:600]}")
    os.environ |= {
        "DBT_PROJECT_DIR": str(work),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_LOG_PATH": str(work),
        "LADDER_ACCESS": "read_only",
    }


def ask(arguments: tuple[str, ...]) -> None:
    """Run `mf` in this process, without its look for a newer version.

    Args:
        arguments: those of `mf`.
    """
    try:
        from dbt_metricflow.cli import main as metricflow
    except ImportError:
        click.echo("Stopped: MetricFlow is not installed; `make metrics` installs it.", err=True)
        sys.exit(UsageError.exit_code)

    class NoUpdateChecker:
        def check(self, package: str, version: str) -> None:
            """Say that there is none."""

    metricflow.UpdateChecker = NoUpdateChecker
    said = any(word.startswith(("--decimals", "--csv")) for word in arguments)
    if arguments[0] == "query" and not said:
        arguments += ("--decimals", "4")  # else millions are written as 1.4055e+08
    metricflow.cli(arguments, prog_name="mf")


if __name__ == "__main__":
    main()
