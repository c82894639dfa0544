"""The figures an owner looks at first, read from the marts: for the terminal and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

Row = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """The marts' headline figures; every list holds rows as dicts by column name."""

    context: Row
    totals: Row
    rungs: list[Row]
    retention: Row
    ltv: Row
    concentration: Row
    accounting: Row
    bridge: list[Row]
    restated_months: int


def read_figures(connection: duckdb.DuckDBPyConnection) -> Figures:
    """Read the headline figures of a built warehouse.

    Args:
        connection: an open connection to it.
    """
    return Figures(
        context=_one(connection, "select * from core.run_context"),
        totals=_one(
            connection,
            "select count(*) as customers, sum(orders) as orders, sum(revenue) as revenue, "
            "count(*) filter (where is_active) as active from marts.customer_facts",
        ),
        rungs=rows(
            connection,
            "select d.rung_no, d.rung, l.label_en, l.label_ru, d.customers, d.share_of_customers "
            "from marts.ladder_distribution d join core.labels l on l.kind = 'rung' and l.code = d.rung "
            "where d.ladder = 'canonical' "
            "and d.month = (select max(month) from marts.ladder_distribution) order by d.rung_no",
        ),
        retention=_one(
            connection,
            "select * from marts.customer_retention where period_grain = 'month' "
            "and window_days = (select activity_window_days from core.run_context) "
            "order by period desc limit 1",
        ),
        ltv=_one(connection, "select * from marts.ltv_summary"),
        concentration=_one(
            connection,
            "select * from marts.concentration where population = 'all' and measure = 'revenue'",
        ),
        accounting=_one(
            connection,
            "select sum(rows_in) as rows_in, sum(rows_loaded) as rows_loaded, "
            "sum(rows_quarantined) as rows_quarantined, sum(rows_duplicate) as rows_duplicate "
            "from quality.row_accounting",
        ),
        bridge=rows(connection, "select * from quality.revenue_bridge order by step_no"),
        restated_months=_one(connection, "select count(distinct month) as months from quality.restatements")[
            "months"
        ],
    )


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Run a query and return its rows as dicts by column name."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Row:
    found = rows(connection, query)
    return found[0] if found else {}


def number(value: object, digits: int = 0) -> str:
    """Write a number for people, thousands apart; what is not known is a dash."""
    return "–" if value is None else f"{float(str(value)):,.{digits}f}".replace(",", "\u202f")


def percent(value: object, digits: int = 1) -> str:
    """Write a fraction of 1 as a percentage; what is not known is a dash."""
    return "–" if value is None else f"{100 * float(str(value)):.{digits}f}\u202f%"
