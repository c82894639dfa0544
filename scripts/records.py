"""Records of a delimited text, with the line each starts on; what is no record is told apart.

DuckDB reads a clean file far faster; this reader is for files with line breaks in quotes, ragged
lines, quotes that never close or stand apart from their delimiter, NUL bytes or lone carriage returns,
where a row must still be found again by its line in the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: A quoted field may run over so many lines before its quote counts as never closed.
MAX_LINES_OF_A_RECORD = 1000

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Record:
    """One record: the line it starts on, its text, and its fields or the reason it has none."""

    line: int
    text: str
    fields: list[str] | None
    rule_code: str | None = None


def records(lines: Iterable[str], width: int, delimiter: str, quote: str = '"') -> Iterator[Record]:
    """Split lines into records of a known width.

    A line that cannot be (part of) a record is given back whole with its reason, and reading goes
    on with the next line, so that one bad line never swallows its neighbours. Blank lines are
    passed over.

    Args:
        lines: the lines of the file with their ends, header included; the header is skipped.
        width: how many fields a record has.
        delimiter: what separates fields.
        quote: what stands around a field that holds a delimiter or a line end.

    Yields:
        records in the order of the file.
    """
    numbered = enumerate(lines, start=1)
    next(csv.reader((line for _, line in numbered), delimiter=delimiter, quotechar=quote), None)
    pending: list[tuple[int, str]] = []

    def take() -> tuple[int, str] | None:
        return pending.pop() if pending else next(numbered, None)

    while (item := take()) is not None:
        number, line = item
        text = line.rstrip("\r\n")
        if not text:
            continue
        if "\0" in text:
            yield Record(number, text, None, "nul_byte")
            continue
        alone = _fields(line, width, delimiter, quote)
        if alone is not None:  # a quote inside a field opens nothing
            yield Record(number, text, alone)
            continue
        taken: list[tuple[int, str]] = []
        whole, is_open = line, line.count(quote) % 2 == 1
        while is_open and len(taken) < MAX_LINES_OF_A_RECORD and (more := take()) is not None:
            taken.append(more)
            whole += more[1]
            is_open ^= more[1].count(quote) % 2 == 1
        fields = None if is_open else _fields(whole, width, delimiter, quote)
        if fields is not None:
            yield Record(number, whole.rstrip("\r\n"), fields)
        elif taken or is_open:
            # Not one record over several lines: give the first up, read the others anew.
            pending.extend(reversed(taken))
            yield Record(number, text, None, "unclosed_quote")
        else:
            yield Record(number, text, None, "ragged_line")


def _fields(text: str, width: int, delimiter: str, quote: str) -> list[str] | None:
    """Split one record of a known width."""
    fields = _split(text, delimiter, quote)
    return fields if fields and len(fields) == width else None


def _split(text: str, delimiter: str, quote: str) -> list[str] | None:
    if f" {quote}" in text or f"{quote} " in text:
        return _split_with_blanks(text, delimiter, quote)
    try:
        rows = list(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _split_with_blanks(text: str, delimiter: str, quote: str) -> list[str] | None:
    """Split one record in which blanks stand between quotes and delimiters: they are part of no field."""
    q, d = re.escape(quote), re.escape(delimiter)
    quoted = rf" *{q}((?:[^{q}]|{q}{q})*){q} *(?={d}|[\r\n]*\Z)"
    field = re.compile(rf"{quoted}|([^{d}{q}\r\n][^{d}\r\n]*|)")
    fields: list[str] = []
    position = 0
    while match := field.match(text, position):
        inside, plain = match.groups()
        fields.append(plain if inside is None else inside.replace(quote * 2, quote))
        position = match.end() + 1
        if text[match.end() : position] != delimiter:
            break
    return fields if not text[position - 1 :].strip("\r\n") else None
