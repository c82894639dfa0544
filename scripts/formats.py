"""Records of JSON lines and of Excel workbooks, and text in other encodings as UTF-8."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Container, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from scripts.dialect import TYPED
from scripts.errors import FileRefusedError
from scripts.intake import InputFile
from scripts.records import Record

CHUNK = 1 << 22


def chunks(path: Path) -> Iterator[bytes]:
    """Read a file in pieces that fit into memory."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def as_utf8(file: InputFile, path: Path, encoding: str, target: Path) -> Path:
    """Write a text file in UTF-8, piece by piece.

    Args:
        file: the file, for messages.
        path: where its text is.
        encoding: the encoding declared for it.
        target: where to write.

    Returns:
        the target.

    Raises:
        FileRefusedError: the file is not in the declared encoding; the message names the byte.
    """
    with target.open("wb") as stream:
        for number, text in enumerate(_decoded(file, path, encoding)):
            stream.write((text if number else text.removeprefix("\ufeff")).encode())
    return target


def require_encoding(file: InputFile, path: Path, encoding: str) -> None:
    """Refuse a text that is not in its encoding, naming the byte.

    Raises:
        FileRefusedError: it is not.
    """
    for _ in _decoded(file, path, encoding):
        pass


def _decoded(file: InputFile, path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    for chunk in _last_is_none(chunks(path)):
        pending = len(decoder.getstate()[0])
        try:
            yield decoder.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError as error:
            raise not_in_encoding(file, encoding, offset - pending + error.start + 1) from error
        except UnicodeError as error:  # UTF-16 without a byte order mark
            raise FileRefusedError(f"{file.name} is not {encoding}: {error}.") from error
        offset += len(chunk or b"")


def _last_is_none(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    yield from pieces
    yield None


def not_in_encoding(file: InputFile, encoding: str, byte: int) -> FileRefusedError:
    """Return the refusal of a file that is not in its encoding, with what to do about it."""
    if encoding.startswith("utf-8") and file.dialect.encoding == "utf-8":
        with file.path.open("rb") as stream:
            is_utf_16 = stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        likely = "utf-16" if is_utf_16 else "cp1251"
        return FileRefusedError(
            f"{file.name} is not UTF-8 (byte {byte}); save it as UTF-8, or declare its encoding in "
            f"intake.yml: `files: {{{file.entity.name}: {{path: {file.name}, encoding: {likely}}}}}`."
        )
    return FileRefusedError(
        f"{file.name} is not {encoding} (byte {byte}), as {file.dialect.key or 'the file'} says it is."
    )


# JSON lines


class _NotFlatError(ValueError):
    """A JSON object with a repeated key."""


def json_names(file: InputFile, path: Path) -> list[str]:
    """Return every key that some object of a JSON-lines file has, in the order of appearance.

    Raises:
        FileRefusedError: the file is not UTF-8, or has no object in it.
    """
    names: dict[str, None] = {}
    for _, text in _lines(file, path):
        names |= dict.fromkeys(_object(text) or {})
    if not names:
        raise FileRefusedError(f"{file.name} has no JSON object on any of its lines.")
    return list(names)


def json_records(file: InputFile, path: Path, names: list[str], marked: Container[int]) -> Iterator[Record]:
    """Read JSON lines: one object a line, numbers as they are written.

    A line that is no object, an object with a repeated key, and a nested value in a column of the entity
    give a record without fields.

    Args:
        file: the file, for messages.
        path: where its text is.
        names: the keys wanted, in the order of the fields.
        marked: positions of fields in which numbers come with `TYPED` before them.
    """
    for line, text in _lines(file, path):
        found = _object(text)
        if found is None or any(isinstance(found.get(name), (dict, list)) for name in names):
            yield Record(line, text, None, "nul_byte" if "\0" in text else "ragged_line")
            continue
        fields = [_json_text(found.get(name), n in marked) for n, name in enumerate(names)]
        is_nul = any("\0" in f for f in fields)
        yield Record(line, text, None if is_nul else fields, "nul_byte" if is_nul else None)


def _lines(file: InputFile, path: Path) -> Iterator[tuple[int, str]]:
    offset = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
            except UnicodeDecodeError as error:
                raise not_in_encoding(file, "utf-8", offset + error.start + 1) from error
            offset += len(line)
            if text.strip():
                yield number, text


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _object(text: str) -> dict[str, Any] | None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _NotFlatError
        return found

    try:
        found = json.loads(
            text,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
            object_pairs_hook=unique,
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _json_text(value: object, is_marked: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).encode("utf-8", "backslashreplace").decode()  # half of a surrogate pair is no character
    if isinstance(value, _Number):
        return TYPED + text if is_marked else text
    return _unmarked(text) if is_marked else text


def _unmarked(text: str) -> str:
    return f" {text}" if text.startswith(TYPED) else text


# Excel


def excel_names(file: InputFile) -> list[str]:
    """Return the header of an Excel sheet, its first row.

    Raises:
        FileRefusedError: no workbook, a sheet that is not there, or no header.
    """
    for _, cells in _rows(file):
        names = ["" if c is None else _cell_text(c, False) for c in cells]
        while names and not names[-1].strip():
            names.pop()
        if names:
            return names
        break
    raise FileRefusedError(f"{file.name} has no header in the first row of its sheet.")


def excel_records(file: InputFile, width: int, marked: Container[int]) -> Iterator[Record]:
    """Read the rows of an Excel sheet: whole numbers without a point, dates as ISO 8601, blank rows not.

    Args:
        file: the file; its dialect says the sheet.
        width: how many columns its header has.
        marked: positions of fields in which numbers and dates come with `TYPED` before them.
    """
    rows = _rows(file)
    next(rows, None)
    for number, cells in rows:
        fields = [_cell_text(c, n in marked) for n, c in enumerate(cells)]
        if not any(fields):
            continue
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(f.removeprefix(TYPED) for f in fields)
        fields += [""] * (width - len(fields))
        is_ragged = any(fields[width:])
        yield Record(
            number,
            text.getvalue(),
            None if is_ragged else fields[:width],
            "ragged_line" if is_ragged else None,
        )


def _rows(file: InputFile) -> Iterator[tuple[int, tuple[Any, ...]]]:
    try:
        book = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
        try:
            sheet = book[_sheet_name(file, book.sheetnames)]
            sheet.reset_dimensions()  # writers of other programs get them wrong
            yield from enumerate(sheet.iter_rows(values_only=True), start=1)
        finally:
            book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        AttributeError,
        KeyError,
        ValueError,
        TypeError,
    ) as error:
        raise FileRefusedError(f"{file.name} is not an Excel workbook (.xlsx) that can be read.") from error


def _sheet_name(file: InputFile, names: list[str]) -> str:
    wanted = file.dialect.sheet
    if wanted is not None and wanted not in names:
        raise FileRefusedError(
            f"{file.name} has no sheet {wanted!r} ({file.dialect.key}.sheet); it has {', '.join(names)}."
        )
    if wanted is None and len(names) != 1:
        raise FileRefusedError(
            f"{file.name} has the sheets {', '.join(names)}; say in intake.yml which one to read: "
            f"`files: {{{file.entity.name}: {{path: {file.name}, sheet: {names[0] if names else '...'}}}}}`."
        )
    return wanted or names[0]


def _cell_text(value: object, is_marked: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _unmarked(value) if is_marked else value
    return f"{TYPED if is_marked else ''}{_typed_text(value)}"


def _typed_text(value: object) -> str:
    if isinstance(value, float):
        # A spreadsheet keeps and shows 15 digits; what comes after them is noise, and a whole number of more
        # digits has lost its end: as a power of ten it is neither an id nor money.
        if abs(value) >= 1e15:
            return f"{value:.16e}"
        plain = format(Decimal(f"{value:.15g}"), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, dt.datetime):
        rounded = value + dt.timedelta(microseconds=500)
        rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
        if rounded.time() == dt.time():
            return rounded.date().isoformat()
        return rounded.isoformat(sep=" ", timespec="milliseconds" if rounded.microsecond else "seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)
