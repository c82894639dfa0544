"""Writes a workbook for the owner: a few sheets with charts, lists to work from, then a sheet for every mart.

All text is written as text: nothing in a name is a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from scripts.catalogue import Column, Disclosure, Table
from scripts.errors import UsageError
from scripts.figures import rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LANGUAGES = ("en", "ru")
#: A mart with more rows gets no sheet, unless asked for; Excel itself ends at 1,048,576.
MOST_ROWS = 100_000
#: What a cell can hold.
LONGEST_TEXT = 32_767
#: The first month that Excel and everybody else count alike; earlier dates are texts.
FIRST_MONTH = (1900, 3)
NUMBER_FORMATS = {
    "whole": "#,##0",
    "money": "#,##0.00",
    "share": "0.0%",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}


def export_excel(
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    tables: tuple[Table, ...],
    path: Path,
    language: str,
    most_rows: int,
) -> None:
    """Write the workbook.

    Args:
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        tables: the tables that may.
        path: the file to write.
        language: of titles and labels, `en` or `ru`.
        most_rows: a mart with more rows gets no sheet of its own.

    Raises:
        UsageError: xlsxwriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise UsageError("The Excel exporter is not installed; `make excel` installs it.") from error
    from scripts.exporters.action_sheets import write_action_sheets
    from scripts.exporters.owner_sheets import write_owner_sheets

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        book = Book(workbook, connection, language)
        marts = {t.name: t for t in tables if t.schema == "marts" or t.name == "data_dictionary"}
        write_owner_sheets(book, connection)
        write_action_sheets(book, connection, disclosure, marts, most_rows)
        contents = book.sheet(book.label("tables"))
        listed = []
        for table in marts.values():
            query = disclosure.query(table)
            ((count,),) = connection.execute(f"select count(*) from ({query})").fetchall()
            fits = count <= most_rows
            if fits:
                _write_table(book, table, connection, query)
            listed.append((table.name, count, book.label("yes" if fits else "no_sheet"), table.description))
        headings = [book.label(label) for label in ("table", "rows", "sheet", "description")]
        contents.table(headings, listed, ["text", "whole", "text", "text"])


class Book:
    """A workbook, its words and its formats."""

    def __init__(self, workbook: Workbook, connection: duckdb.DuckDBPyConnection, language: str) -> None:
        """Read the words and make the formats.

        Args:
            workbook: what to write to.
            connection: an open connection to the warehouse.
            language: of titles and labels.
        """
        self.workbook = workbook
        self.language = language
        self.labels = {
            (row["kind"], row["code"]): row["label"]
            for row in rows(connection, f"select kind, code, label_{language} as label from core.labels")
        }
        as_of = rows(connection, "select as_of_date from core.run_context")[0]["as_of_date"]
        workbook.set_properties({"created": dt.datetime.combine(as_of or dt.date(2000, 1, 1), dt.time())})
        self.formats: dict[str, Format | None] = {
            name: workbook.add_format({"num_format": number}) for name, number in NUMBER_FORMATS.items()
        }
        self.formats["text"] = None
        self.formats["word"] = workbook.add_format({"align": "right"})
        self.unfinished = workbook.add_format({"italic": True, "font_color": "#767676"})
        heading = {
            "bold": True,
            "bg_color": "#1F3A5F",
            "font_color": "#FFFFFF",
            "text_wrap": True,
            "valign": "top",
        }
        self.heading = workbook.add_format(heading)
        self.heading_of_numbers = workbook.add_format(heading | {"align": "right"})
        self.title = workbook.add_format({"bold": True, "font_size": 14})

    def label(self, name: str, kind: str = "word") -> str:
        """Return what people call something; its own name where there is no word for it."""
        return self.labels.get((kind, name), name)

    def sheet(self, title: str) -> Sheet:
        """Add a sheet; its title is cut to what Excel allows, and no other sheet's."""
        taken = {sheet.get_name().casefold() for sheet in self.workbook.worksheets()}
        short, number = title[:31], 1
        while short.casefold() in taken:
            number += 1
            short = f"{title[: 30 - len(str(number))]} {number}"
        return Sheet(self, self.workbook.add_worksheet(short))


class Sheet:
    """A sheet, written from top to bottom."""

    def __init__(self, book: Book, worksheet: Worksheet) -> None:
        """Begin at the top.

        Args:
            book: what the sheet belongs to.
            worksheet: the sheet.
        """
        self.book = book
        self.worksheet = worksheet
        worksheet.set_landscape()
        worksheet.set_paper(9)  # A4
        worksheet.fit_to_pages(1, 0)
        self.row = 0
        self.widths: dict[int, int] = {}

    def heading(self, text: str) -> None:
        """Write a title over what follows."""
        self.worksheet.write_string(self.row, 0, text, self.book.title)
        self.row += 2

    def table(
        self, headings: list[str], records: list[tuple], kinds: list[str], *, freeze: bool = True
    ) -> int:
        """Write a table with its headings, and return the number of its first row of values.

        Args:
            headings: one a column.
            records: the rows.
            kinds: how each column is written: text, whole, money, share, date or moment.
            freeze: keep headings and the first column in sight.
        """
        if any(len(text) > 24 for text in headings):
            self.worksheet.set_row(self.row, 30)
        for column, text in enumerate(headings):
            is_text = kinds[column] == "text"
            form = self.book.heading if is_text else self.book.heading_of_numbers
            self.worksheet.write_string(self.row, column, text, form)
            self._widen(column, min(len(text), 24))
        first = self.row + 1
        if freeze:
            self.worksheet.freeze_panes(first, 1)
        for self.row, record in enumerate(records, start=first):
            for column, (value, kind) in enumerate(zip(record, kinds, strict=True)):
                self._write(column, value, kind)
        self.row = first + len(records)
        return first

    def filtered(self, headings: list[str], records: list[tuple], kinds: list[str]) -> None:
        """Write a table that can be filtered and sorted by its headings."""
        first = self.table(headings, records, kinds)
        if records:
            self.worksheet.autofilter(first - 1, 0, first + len(records) - 1, len(headings) - 1)

    def line(self, cells: list[tuple[Any, str]]) -> None:
        """Write values with their kinds side by side."""
        for column, (value, kind) in enumerate(cells):
            self._write(column, value, kind)
        self.row += 1

    def gap(self, lines: int = 2) -> None:
        """Leave lines free."""
        self.row += lines

    def _write(self, column: int, value: Any, kind: str) -> None:  # noqa: ANN401
        cell, form = (self.row, column), self.book.formats[kind]
        if value is None:
            return
        if isinstance(value, dt.date) and (value.year, value.month) >= FIRST_MONTH:
            self.worksheet.write_datetime(*cell, value, form)
            self._widen(column, 16 if isinstance(value, dt.datetime) else 10)
        elif isinstance(value, bool):
            self.worksheet.write_boolean(*cell, value)
        elif isinstance(value, int | float | Decimal) and math.isfinite(value):
            self.worksheet.write_number(*cell, value, form)
            self._widen(column, len(f"{value:,.2f}"))
        else:
            text = str(value)
            shown = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
            self.worksheet.write_string(*cell, shown, form)
            self._widen(column, len(shown))

    def _widen(self, column: int, characters: int) -> None:
        width = min(max(characters + 2, 8), 60)
        if width > self.widths.get(column, 0):
            self.widths[column] = width
            self.worksheet.set_column(column, column, width)


def kind_of(column: Column) -> str:
    """Say how a column is written, by its type and, for fractions of 1, its description."""
    if column.type.startswith("DECIMAL"):
        return "money"
    if column.type in ("DOUBLE", "FLOAT"):
        return "share" if "fraction of 1" in column.description else "money"
    kinds = {"DATE": "date", "TIMESTAMP": "moment", "TIMESTAMP WITH TIME ZONE": "moment"}
    return kinds.get(column.type, "whole" if "INT" in column.type else "text")


def _write_table(book: Book, table: Table, connection: duckdb.DuckDBPyConnection, query: str) -> None:
    records = connection.execute(query).fetchall()
    names = [column.name for column in table.columns]
    book.sheet(table.name).filtered(names, records, [kind_of(column) for column in table.columns])
