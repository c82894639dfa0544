"""How the report says things: two languages side by side, numbers that the page writes by locale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
from markupsafe import Markup, escape

from scripts.figures import Row, rows

LANGUAGES = ("en", "ru")
UNKNOWN = Markup('<span class="none">–</span>')


@dataclass(frozen=True)
class Words:
    """Labels by kind and code, English and Russian."""

    labels: dict[tuple[str, str], tuple[str, str]]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> Words:
        """Read the labels of the warehouse, which are those of the seed."""
        found = rows(connection, "select kind, code, label_en, label_ru from core.labels")
        return cls({(row["kind"], row["code"]): (row["label_en"], row["label_ru"]) for row in found})

    def say(self, kind: str, code: object, language: str) -> str:
        """The label of a code in a language, the code itself where it has none."""
        known = self.labels.get((kind, str(code)))
        return known[LANGUAGES.index(language)] if known else str(code).replace("_", " ")

    def helpers(self) -> dict[str, Callable[..., Any]]:
        """What templates call: texts, labels, numbers, dates."""
        return {
            "t": both,
            "label": self._label,
            "num": number,
            "pct": percent,
            "day": day,
            "month": month,
            "find": find,
        }

    def _label(self, kind: str, code: object) -> Markup:
        if code is None:
            return UNKNOWN
        return both(self.say(kind, code, "en"), self.say(kind, code, "ru"))


def both(english: str, russian: str) -> Markup:
    """A text in both languages; the page shows one."""
    if english == russian:
        return escape(english)
    return Markup('<span class="en" lang="en">{}</span><span class="ru" lang="ru">{}</span>').format(
        english, russian
    )


def number(value: object, digits: int = 0, currency: str | None = None) -> Markup:
    """A number; the page formats the value by its language, and shows this text until it does."""
    if value is None:
        return UNKNOWN
    text = f"{float(str(value)):,.{digits}f}" + (f" {currency}" if currency else "")
    money = Markup(' data-currency="{}"').format(currency) if currency else ""
    return Markup('<data value="{}" data-digits="{}"{}>{}</data>').format(value, digits, money, text)


def percent(value: object, digits: int = 1) -> Markup:
    """A fraction of 1, shown as a percentage."""
    if value is None:
        return UNKNOWN
    text = f"{100 * float(str(value)):.{digits}f}%"
    return Markup('<data value="{}" data-digits="{}" data-percent>{}</data>').format(value, digits, text)


def day(value: dt.date | None) -> Markup:
    """A date."""
    return UNKNOWN if value is None else Markup('<time datetime="{0}">{0}</time>').format(value.isoformat())


def month(value: dt.date | None) -> Markup:
    """A month, by any day of it."""
    return UNKNOWN if value is None else Markup('<time datetime="{0}">{0}</time>').format(f"{value:%Y-%m}")


def find(table: list[Row], **values: object) -> Row | None:
    """The first row of a table with these values, None if there is none."""
    return next((row for row in table if all(row[name] == value for name, value in values.items())), None)
