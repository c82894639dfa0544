"""The golden book: builds tests/golden/data and compares it with the tables of its README."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build import build
from scripts.intake import read_intake
from scripts.land import land

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
AS_OF = dt.date(2025, 3, 10)
LOADED_ON = dt.date(2025, 4, 1)
Row = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """One table of the README under a heading that names a table or a file, and maybe a measure."""

    name: str
    measure: str
    rows: tuple[dict[str, str], ...]

    @property
    def columns(self) -> list[str]:
        return [c for c in self.rows[0] if not c.startswith("*")]


@dataclass(frozen=True)
class Compared:
    """How a table is compared: by which key, and with which of its rows (SQL)."""

    key: tuple[str, ...]
    where: str = "true"


COMPARED = {
    "marts.orders": Compared(("order_id",)),
    "marts.customer_facts": Compared(("customer_id",)),
    "marts.cohort_retention": Compared(("cohort", "age"), "period_grain = 'month'"),
    "marts.customer_retention": Compared(
        ("period", "window_days"),
        "period_grain = 'month' and (window_days = 180 and period >= '2024-07-01' "
        "or (window_days = 90 or window_days is null) and period >= '2025-01-01')",
    ),
    "marts.customer_ltv": Compared(("customer_id",)),
    "marts.ltv_summary": Compared(("customers",)),
    "marts.abc_xyz_customers": Compared(("customer_id",)),
    "marts.abc_xyz_products": Compared(("product_id",)),
    "marts.rfm_customers": Compared(("customer_id",)),
    "marts.concentration": Compared(("population", "measure")),
    "marts.ladder_history": Compared(
        ("ladder", "customer_id", "valid_from", "rung_no"),
        "ladder in ('canonical', 'skirt') and customer_id in ('anna', 'boris', 'dina')",
    ),
    "marts.ladder_stages": Compared(("ladder", "customer_id"), "ladder = 'canonical'"),
    "quality.row_accounting": Compared(("entity", "file")),
    "quality.quarantine": Compared(("entity", "file", "line_no")),
    "quality.revenue_bridge": Compared(("step_no",)),
}


def read_books(text: str) -> list[Book]:
    """Read the first table below every heading of the third level."""
    books = []
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        name, measure, *_ = [*re.findall(r"`([^`]+)`", heading), ""]
        table = re.search(r"(?:^\|.*\n?)+", body, flags=re.MULTILINE)
        assert table, f"no table below {heading!r}"
        header, _, *rows = [cells(line) for line in table.group().splitlines()]
        books.append(Book(name, measure, tuple(dict(zip(header, row, strict=True)) for row in rows)))
    return books


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def unpivoted(book: Book) -> list[dict[str, str]]:
    """Make a triangle, with ages for columns, a list of rows; empty cells are no rows."""
    return [
        {"cohort": row["cohort"], "age": age, book.measure: value}
        for row in book.rows
        for age, value in row.items()
        if age != "cohort" and value
    ]


def number(cell: str) -> Fraction:
    return Fraction(cell.strip("()"))


def is_as_written(cell: str, actual: Any) -> bool:
    """Compare a cell of the book with a value: ratios to 1e-9, everything else exactly."""
    if cell == "—" or actual is None:
        return cell == "—" and actual is None
    if isinstance(actual, bool):
        return cell == ("yes" if actual else "no")
    if isinstance(actual, float):
        root = cell.startswith("√")
        expected = math.sqrt(number(cell[1:])) if root else float(number(cell))
        return math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(actual, int | Decimal):
        return number(cell) == Fraction(actual)
    return cell == as_text(actual)


def as_text(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        is_to_the_minute = value.second == 0 and value.microsecond == 0
        return f"{value:%Y-%m-%d %H:%M}" if is_to_the_minute else value.isoformat(" ")
    return str(value)


BOOKS = read_books((GOLDEN / "README.md").read_text("utf-8"))
FILES = [book for book in BOOKS if book.name.endswith(".csv")]
TABLES = [book for book in BOOKS if book not in FILES]


def title(book: Book) -> str:
    return " ".join(filter(None, (book.name, book.measure)))


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("golden")
    path = folder / "warehouse.duckdb"
    land(read_intake(GOLDEN / "data"), path, as_of=AS_OF, loaded_on=LOADED_ON)
    build(path, folder / "work")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("book", FILES, ids=title)
def test_the_book_shows_the_files_as_they_are(book: Book):
    with (GOLDEN / "data" / book.name).open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        given = [
            {"line": str(reader.line_num)} | {c: value or "—" for c, value in row.items()} for row in reader
        ]
    assert [{c: row[c] for c in book.columns} for row in book.rows] == given


@pytest.mark.parametrize("book", TABLES, ids=title)
def test_the_marts_are_as_worked_by_hand(book: Book, warehouse: duckdb.DuckDBPyConnection):
    compared = COMPARED[book.name]
    expected = unpivoted(book) if book.measure else list(book.rows)
    columns = [c for c in expected[0] if not c.startswith("*")]
    cursor = warehouse.execute(f"select {', '.join(columns)} from {book.name} where {compared.where}")
    actual = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    by_key = {tuple(as_text(row[c]) for c in compared.key): row for row in actual}
    keys = [tuple(row[c] for c in compared.key) for row in expected]
    assert len(by_key) == len(actual), "the key is not unique"
    assert sorted(by_key) == sorted(keys), "not the same rows"
    differing = [
        f"{' '.join(key)}: {c} is {as_text(by_key[key][c])}, by hand {row[c]}"
        for key, row in zip(keys, expected, strict=True)
        for c in columns
        if not is_as_written(row[c], by_key[key][c])
    ]
    assert not differing, "\n".join(differing)


def test_every_table_of_the_book_is_compared():
    assert {book.name for book in TABLES} == set(COMPARED)
    assert {book.name for book in FILES} == {"orders.csv", "refunds.csv", "customers.csv"}


@pytest.mark.parametrize(
    ("cell", "actual", "agrees"),
    [
        ("3/7", 3 / 7, True),
        ("3/7", 0.4285714, False),
        ("√(9/4)", 1.5, True),
        ("√50", 7.0, False),
        ("—", None, True),
        ("0", None, False),
        ("—", 0, False),
        ("187.50", Decimal("187.50"), True),
        ("187.50", Decimal("187.51"), False),
        ("1", True, False),
        ("yes", True, True),
        ("2024-02-01", dt.date(2024, 2, 1), True),
        ("2024-02-01 02:30", dt.datetime(2024, 2, 1, 2, 30), True),
        ("2024-02-01 02:30", dt.datetime(2024, 2, 1, 2, 30, 1), False),
    ],
)
def test_the_comparison_itself(cell: str, actual: Any, agrees: bool):
    assert is_as_written(cell, actual) is agrees
