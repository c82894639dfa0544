"""The report: one self-contained page of what the marts say, in English and Russian, for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from scripts.figures import read_figures
from scripts.report.charts import draw_all
from scripts.report.queries import read_tables
from scripts.report.words import Words

TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    connection: duckdb.DuckDBPyConnection, folder: Path, title: str, checks: Path | None = None
) -> Path:
    """Write index.html into a folder and return its path.

    Args:
        connection: an open connection to a built warehouse.
        folder: the folder to write to; it must exist.
        title: whose shop it is.
        checks: the file checks.json of the build, if the report should tell of the checks.
    """
    tables, figures = read_tables(connection), read_figures(connection)
    words = Words.read(connection)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= words.helpers()
    page = environment.get_template("page.html").render(
        title=title,
        figures=figures,
        currency=figures.context.get("base_currency"),
        charts=draw_all(tables, words),
        checks=_failures(checks),
        **tables,
    )
    path = folder / "index.html"
    path.write_text(page, "utf-8")
    return path


def _failures(checks: Path | None) -> dict[str, Any] | None:
    """Count what was checked: all, and those that did not pass, by name."""
    if checks is None or not checks.exists():
        return None
    results = json.loads(checks.read_text("utf-8"))
    failed = [check["name"] for check in results["checks"] if check["status"] != "pass"]
    return {
        "checks": len(results["checks"]),
        "expectations": len(results["expectations"]),
        "failed": failed,
        "unmet": sum(not expectation["success"] for expectation in results["expectations"]),
    }
