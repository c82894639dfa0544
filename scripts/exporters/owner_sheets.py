"""The sheets an owner looks at first: summary, ladder, retention, cohorts, segments, with their charts."""

from __future__ import annotations

from typing import Any

import duckdb

from scripts.exporters.excel import Book, Sheet
from scripts.figures import Figures, read_figures, rows

#: From weak to strong: the colours of the cohorts' heat map, readable in print and for the colour-blind.
HEAT = {"min_color": "#F7FBFF", "mid_color": "#9ECAE1", "max_color": "#4292C6"}


def write_owner_sheets(book: Book, connection: duckdb.DuckDBPyConnection) -> None:
    """Write them.

    Args:
        book: the workbook.
        connection: an open connection to the warehouse.
    """
    figures = read_figures(connection)
    summary = _summary(book, figures)
    _ladder(book, connection, figures, summary)
    _retention(book, connection)
    _cohorts(book, connection)
    _segments(book, connection)


def _summary(book: Book, figures: Figures) -> Sheet:
    sheet = book.sheet(book.label("summary"))
    sheet.heading(book.label("summary"))
    totals, ltv, retention = figures.totals, figures.ltv, figures.retention
    orders, revenue = totals["orders"], totals["revenue"]
    lines = [
        ("as_of_date", figures.context["as_of_date"], "date"),
        ("base_currency", figures.context["base_currency"], "word"),
        ("customers", totals["customers"], "whole"),
        ("active_customers", totals["active"], "whole"),
        ("orders", orders, "whole"),
        ("revenue", revenue, "money"),
        ("aov", revenue / orders if orders else None, "money"),
        ("crr_strict", retention.get("crr_strict"), "share"),
        ("crr_formula", retention.get("crr_formula"), "share"),
        ("ltv_formula", ltv["ltv_formula"], "money"),
        ("top_20pct_share", figures.concentration.get("top_20pct_share"), "share"),
        ("revenue_of_nobody", figures.bridge[-1]["amount"], "money"),
    ]
    for label, value, kind in lines:
        sheet.line([(book.label(label), "text"), (value, kind)])
    return sheet


def _ladder(book: Book, connection: duckdb.DuckDBPyConnection, figures: Figures, summary: Sheet) -> None:
    sheet = book.sheet(book.label("ladder"))
    found = rows(
        connection,
        "select rung_no, rung, month, customers, share_of_customers, revenue, margin "
        "from marts.ladder_distribution where ladder = 'canonical' order by month, rung_no",
    )
    rungs = [rung["rung"] for rung in figures.rungs]
    months = sorted({row["month"] for row in found})
    now = [row for row in found if row["month"] == months[-1]] if months else []
    sheet.heading(
        f"{book.label('customers_by_rung')}, {months[-1]:%Y-%m}" if months else book.label("ladder")
    )
    columns = ("customers", "share_of_customers", "revenue", "margin")
    first = sheet.table(
        [book.label("rung"), *map(book.label, columns)],
        [(book.label(row["rung"], "rung"), *(row[c] for c in columns)) for row in now],
        ["text", "whole", "share", "money", "money"],
        freeze=False,
    )
    if not now:
        return
    sheet.gap()
    customers = {(row["month"], row["rung"]): row["customers"] for row in found}
    history = sheet.table(
        [book.label("month"), *(book.label(rung, "rung") for rung in rungs)],
        [(month, *(customers.get((month, rung)) for rung in rungs)) for month in months],
        ["date"] + ["whole"] * len(rungs),
        freeze=False,
    )
    for where, at in ((sheet, (1, 10)), (summary, (1, 4))):
        _chart(sheet, {"type": "bar"}, book.label("customers_by_rung"), first, len(now), [1], at, on=where)
    _chart(
        sheet,
        {"type": "column", "subtype": "stacked"},
        book.label("customers_by_rung"),
        history,
        len(months),
        list(range(1, len(rungs) + 1)),
        (20, 10),
        dates=True,
    )


def _retention(book: Book, connection: duckdb.DuckDBPyConnection) -> None:
    sheet = book.sheet(book.label("retention"))
    sheet.heading(book.label("retention"))
    columns = {
        "s_start": "whole",
        "e_end": "whole",
        "n_new": "whole",
        "retained": "whole",
        "reactivated": "whole",
        "lost": "whole",
        "crr_formula": "share",
        "crr_strict": "share",
        "churn": "share",
        "left_censored": "text",
    }
    months = rows(
        connection,
        f"select period, {', '.join(columns)} from marts.customer_retention where period_grain = 'month' "
        "and window_days = (select activity_window_days from core.run_context) order by period",
    )
    first = sheet.table(
        [book.label("month"), *map(book.label, columns)],
        [tuple(month.values()) for month in months],
        ["date", *columns.values()],
    )
    _chart(
        sheet,
        {"type": "line"},
        book.label("retention"),
        first,
        len(months),
        [7, 8],
        (1, 12),
        dates=True,
        numbers="0%",
    )


def _cohorts(book: Book, connection: duckdb.DuckDBPyConnection) -> None:
    sheet = book.sheet(book.label("cohorts"))
    sheet.heading(book.label("cohort_ages"))
    found = rows(
        connection,
        "select cohort, cohort_size, age, retention, is_complete from marts.cohort_retention "
        "where period_grain = 'month' order by cohort, age",
    )
    if not all(row["is_complete"] for row in found):
        sheet.line([(book.label("unfinished_months"), "text")])
    ages = range(max((row["age"] for row in found), default=-1) + 1)
    cells = {(row["cohort"], row["age"]): row["retention"] for row in found}
    sizes = {row["cohort"]: row["cohort_size"] for row in found}
    first = sheet.table(
        [book.label("cohort"), book.label("cohort_size"), *map(str, ages)],
        [(cohort, size, *(cells.get((cohort, age)) for age in ages)) for cohort, size in sizes.items()],
        ["date", "whole"] + ["share"] * len(ages),
    )
    numbers = {cohort: first + place for place, cohort in enumerate(sizes)}
    looks = {
        True: {"type": "3_color_scale", **HEAT},
        False: {"type": "no_blanks", "format": book.unfinished},
    }
    for is_complete, look in looks.items():
        shown = [
            _cell(numbers[row["cohort"]], row["age"] + 2)
            for row in found
            if row["is_complete"] is is_complete and row["age"] > 0  # at age 0 everybody buys
        ]
        if shown:
            sheet.worksheet.conditional_format(shown[0], look | {"multi_range": " ".join(shown)})


def _cell(row: int, column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return xl_rowcol_to_cell(row, column)


def _segments(book: Book, connection: duckdb.DuckDBPyConnection) -> None:
    sheet = book.sheet(book.label("segments"))
    sheet.heading(book.label("abc_by_xyz"))
    classes = rows(
        connection,
        "select abc, xyz_retail as xyz, count(*) as customers from marts.abc_xyz_customers group by all",
    )
    across = sorted({row["xyz"] for row in classes})
    cells = {(row["abc"], row["xyz"]): row["customers"] for row in classes}
    sheet.table(
        ["", *across],
        [(abc, *(cells.get((abc, xyz), 0) for xyz in across)) for abc in ("A", "B", "C")],
        ["text"] + ["whole"] * len(across),
        freeze=False,
    )
    sheet.gap()
    segments = rows(
        connection,
        "select segment, count(*) as customers, sum(monetary) as revenue from marts.rfm_customers "
        "group by segment order by revenue desc, segment",
    )
    first = sheet.table(
        [book.label("segment"), book.label("customers"), book.label("revenue")],
        [(book.label(s["segment"], "segment"), s["customers"], s["revenue"]) for s in segments],
        ["text", "whole", "money"],
        freeze=False,
    )
    _chart(
        sheet, {"type": "bar"}, book.label("revenue"), first, len(segments), [2], (1, 8), is_downwards=True
    )


def _chart(
    sheet: Sheet,
    kind: dict[str, str],
    title: str,
    first: int,
    count: int,
    columns: list[int],
    at: tuple[int, int],
    *,
    on: Sheet | None = None,
    dates: bool = False,
    numbers: str = "#,##0",
    is_downwards: bool = False,
) -> None:
    """Draw columns of a table over its first column; nothing where it has no rows."""
    if not count:
        return
    chart: Any = sheet.book.workbook.add_chart(kind)
    name = sheet.worksheet.get_name()
    for column in columns:
        chart.add_series(
            {
                "name": [name, first - 1, column],
                "categories": [name, first, 0, first + count - 1, 0],
                "values": [name, first, column, first + count - 1, column],
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True} if len(columns) == 1 else {"position": "bottom"})
    across, up = chart.set_x_axis, chart.set_y_axis
    label_axis, value_axis = (up, across) if kind["type"] == "bar" else (across, up)
    months = {"date_axis": True, "num_format": "yyyy-mm"} if dates else {}
    label_axis(months | {"reverse": is_downwards, "major_gridlines": {"visible": False}})
    value_axis({"num_format": numbers, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_size({"width": 720, "height": 340})
    (on or sheet).worksheet.insert_chart(*at, chart, {"description": title})
