"""SQL that brings the values of a declared dialect into the form of the contract, while they are landed.

What does not fit its dialect stays as it is; the row is then marked with a problem, which staging honours
before its own rules. Nothing is guessed: `1.23` where points group thousands is no number, and an ISO date
is no date where another format is declared.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass

from scripts.intake import PROJECT, InputFile

#: Blanks as people and programs write them: no-break, narrow no-break, thin and zero-width ones too.
BLANKS = " \t\r\n\u00a0\u202f\u2009\u200b"
BLANK = r"[ \t\r\n\x{a0}\x{202f}\x{2009}\x{200b}]*"
CURRENCY = r"(?:₽|руб\.?|р\.?|\$|€)"
#: What says in an amount that it is in another currency than its row says.
SIGNS = {"RUB": "₽|р", "USD": r"\$", "EUR": "€"}
#: Stands before a value that its format has typed (a number of JSON, a date of Excel): no dialect applies.
TYPED = "\x01"
#: Letters of strptime that say a time of day.
TIME = re.compile(r"%-?[HIMSTX]")


@dataclass(frozen=True)
class Column:
    """One column of the raw table: what is computed first, what is landed, and when that is a problem."""

    name: str
    landed: str
    parsed: str | None = None
    problem: str | None = None


def quoted(name: str) -> str:
    """SQL of a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """SQL of a text."""
    return "'" + text.replace("'", "''") + "'"


def has_notation(file: InputFile, column: str) -> bool:
    """True if the numbers, moments or days of a column are declared to be written in a way of their own."""
    kind = _kind(file, column)
    if kind == "number":
        return file.dialect.has_numbers
    return kind in ("timestamp", "date") and bool(file.dialect.formats(kind))


@functools.cache
def spellings() -> dict[str, list[str]]:
    """Return how each currency is spelled, in capitals."""
    found: dict[str, list[str]] = {}
    with (PROJECT / "seeds" / "currencies.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["currency"], []).append(row["spelling"])
    return found


def column_of(
    file: InputFile, column: str, field: str, is_marked: bool, is_typed: bool, currency: str
) -> Column:
    """Say how a column of the raw table is made from a field of a file.

    Args:
        file: the file and its dialect.
        column: the column of the entity.
        field: the name under which the reader of the file gives the field.
        is_marked: values that their format has typed come with `TYPED` before them.
        is_typed: the whole field is typed by its format, so that no notation applies.
        currency: SQL of the currency of the row, blank where nobody says it.

    Returns:
        what to compute of the field, what of that to land, and when the row has a problem.
    """
    text = quoted(field)
    trimmed = f"trim({text}, {literal(BLANKS)})"
    values = file.dialect.values.get(column)
    typed = f"when starts_with({text}, chr(1)) then substr({text}, 2) " if is_marked else ""
    mapped = f"case {trimmed} {_whens(values)} end" if values else "null"
    if not has_notation(file, column) or is_typed:
        plain = f"case {typed}else {text} end" if typed else text
        return Column(column, f"coalesce({mapped}, {plain})" if values else plain)
    kind = _kind(file, column)
    if kind == "number":
        parsed = number(trimmed, file.dialect.decimal or ".", file.dialect.thousands)
        parsed = f"case when {_is_in_another(trimmed, currency)} then null else {parsed} end"
    else:
        parsed = moment(trimmed, file.dialect.formats(kind), is_day=kind == "date")
    parsed = f"case {typed}else {parsed} end" if typed else parsed
    name = quoted(f"{column} parsed")
    is_bad = f"{name} is null and {trimmed} <> ''"
    code = "bad_number" if kind == "number" else "bad_date"
    return Column(
        name=column,
        landed=f"coalesce({name}, {text})",
        parsed=f"{f'coalesce({mapped}, {parsed})' if values else parsed} as {name}",
        problem=f"when {is_bad} then '{code}:{column}'",
    )


def _is_in_another(text: str, currency: str) -> str:
    """SQL that is true if an amount has the sign of another currency than the one given."""
    contradictions = []
    for code, sign in SIGNS.items():
        known = ", ".join(literal(spelling) for spelling in spellings()[code])
        contradictions.append(
            f"(regexp_matches({text}, '{sign}') and upper({currency}) not in ('', {known}))"
        )
    # Nearly every amount begins and ends with a digit.
    return f"not regexp_full_match({text}, '-?\\d.*\\d') and ({' or '.join(contradictions)})"


def number(text: str, decimal: str, thousands: str | None) -> str:
    """SQL of a number in its own notation as `-1234.56`; NULL if it is none.

    Args:
        text: SQL of a trimmed text.
        decimal: the decimal mark.
        thousands: what groups digits by three, if anything; a space means no-break spaces too.
    """
    mark = re.escape(decimal)
    group = r"[ \x{a0}\x{202f}\x{2009}]" if thousands == " " else re.escape(thousands or "")
    digits = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)" if thousands else r"\d+"
    amount = rf"{digits}(?:{mark}\d+)?"
    money = rf"(?:{CURRENCY}{BLANK})?[+\-−]?{BLANK}(?:{CURRENCY}{BLANK})?{amount}(?:{BLANK}{CURRENCY})?"
    plain = rf"[+-]?\d+(?:{mark}\d+)?"
    other = rf"[^0-9+−{mark}-]"
    bare = f"regexp_replace(regexp_replace({text}, {literal(CURRENCY)}, '', 'g'), {literal(other)}, '', 'g')"
    return (
        f"case when regexp_full_match({text}, {literal(plain)}) "
        f"then replace({text}, {literal(decimal)}, '.') "
        f"when regexp_full_match({text}, {literal(money)}) "
        f"then replace(replace({bare}, {literal(decimal)}, '.'), '−', '-') end"
    )


def moment(text: str, formats: tuple[str, ...], is_day: bool) -> str:
    """SQL of a moment or day in one of several formats as ISO 8601; NULL if it is in none.

    Args:
        text: SQL of a trimmed text.
        formats: formats of strptime, tried in order.
        is_day: only the day counts.
    """
    readings = []
    for form in formats:
        read = f"try_strptime({text}, {literal(form)})"
        iso = "%Y-%m-%d" if is_day or not TIME.search(form) else "%Y-%m-%d %H:%M:%S"
        iso += ".%f" if iso.endswith("S") and re.search("%[fgn]", form) else ""
        has_zone = re.search("%[zZ]", form) is not None
        read = f"timezone('UTC', {read})" if has_zone else read
        readings.append(f"strftime({read}, '{iso}')" + (" || 'Z'" if has_zone and not is_day else ""))
    return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def _whens(values: dict[str, str]) -> str:
    return " ".join(f"when {literal(k.strip(BLANKS))} then {literal(v)}" for k, v in values.items())


def _kind(file: InputFile, column: str) -> str:
    kind = file.entity.types[column].lower()
    return kind if kind in ("timestamp", "date", "string", "boolean") else "number"
