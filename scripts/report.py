"""Writes the static report: one self-contained page of what the marts say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import duckdb
from jinja2 import Environment, FileSystemLoader, select_autoescape

from scripts.figures import number, percent, read_figures, rows

TEMPLATES = Path(__file__).parent


def write_report(connection: duckdb.DuckDBPyConnection, folder: Path, title: str) -> Path:
    """Write index.html into a folder and return its path.

    Args:
        connection: an open connection to a built warehouse.
        folder: the folder to write to; it must exist.
        title: whose shop it is.
    """
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape())
    environment.filters |= {"number": number, "percent": percent}
    page = environment.get_template("report.html").render(
        title=title,
        figures=read_figures(connection),
        retention=rows(
            connection,
            "select * from marts.customer_retention where period_grain = 'month' "
            "and window_days = (select activity_window_days from core.run_context) "
            "order by period desc limit 13",
        ),
        cohorts=_triangle(connection),
        classes=rows(
            connection,
            "select abc, xyz_retail as xyz, count(*) as customers, sum(revenue) as revenue "
            "from marts.abc_xyz_customers group by all order by all",
        ),
        segments=rows(
            connection,
            "select segment, count(*) as customers, sum(monetary) as revenue "
            "from marts.rfm_customers group by segment order by revenue desc",
        ),
        quarantine=rows(
            connection,
            "select entity, rule_code, count(*) as found, any_value(message order by line_no) as message "
            "from quality.quarantine group by all order by found desc, entity, rule_code",
        ),
        accounting=rows(connection, "select * from quality.row_accounting order by entity, file"),
    )
    path = folder / "index.html"
    path.write_text(page, "utf-8")
    return path


def _triangle(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the last 13 monthly cohorts, each with its cells by age."""
    cells = rows(
        connection,
        "select cohort, age, cohort_size, retention, is_complete from marts.cohort_retention "
        "where period_grain = 'month' order by cohort, age",
    )
    cohorts: dict[object, dict[str, Any]] = {}
    for cell in cells:
        cohort = cohorts.setdefault(
            cell["cohort"],
            {"cohort": cell["cohort"], "size": cell["cohort_size"], "cells": []},
        )
        cohort["cells"].append(cell)
    return list(cohorts.values())[-13:]


@click.command(help=__doc__)
@click.option(
    "--warehouse",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The DuckDB file to read.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
def main(warehouse: Path, out: Path) -> None:
    """Write the report from the command line."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        click.echo(write_report(connection, out, "Loyalty Ladder"))


if __name__ == "__main__":
    main()
