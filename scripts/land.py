"""Lands the files of a data folder in the `raw` schema: every record as text, with file and line.

Each file has a table of its own with the columns that it has, in the order of its records (`raw.orders_1`);
what all files of an entity say, in the columns of the entity, is a view over them (`raw.orders`). A file is
either landed whole or refused by name. A dialect that intake.yml declares is brought into the form of the
contract on the way; beyond that nothing is interpreted here: types, rules and duplicates are the business of
the staging models.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import click
import duckdb

from scripts.bank_1c import COLUMNS as BANK_COLUMNS
from scripts.bank_1c import bank_records, is_cut_off, own_accounts
from scripts.dialect import column_of, has_notation, literal, quoted
from scripts.errors import FileRefusedError, LadderError, UsageError
from scripts.formats import (
    as_utf8,
    chunks,
    excel_names,
    excel_records,
    json_names,
    json_records,
    require_encoding,
)
from scripts.intake import Entity, InputFile, Intake, entities, read_intake
from scripts.phones import land_phones
from scripts.previous import create_tables
from scripts.records import Record, records

#: Landing streams, so it needs no more for a large file than for a small one. Trying FSST on every text
#: column costs more time than it saves room (see profiles.yml).
#: The file is one that DuckDB 1.4 and later can open: its dictionaries are written in two thirds of the time.
SETTINGS = {
    "memory_limit": "600MB",
    "threads": 2,
    "disabled_compression_methods": "fsst",
    "storage_compatibility_version": "v1.4.0",
}
#: From here on a double does not hold every whole number.
INEXACT = 2**53
#: Columns that the landing adds to those of an entity.
LANDED = ("_file", "_line", "_text", "_problem", "_raw_text")
#: A date as people write it: three numbers and what stands between them.
OTHER_DATE = r"^\s*(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})"
#: Told how many bytes of which file have been read.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Header:
    """The fields of a file in its own order, and which of them each column of its entity is read from."""

    names: tuple[str, ...]
    fields: tuple[str, ...]
    columns: dict[str, str]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Landed:
    """What the landing did: files, records and the columns it did not know."""

    files: int
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FileTable:
    """The table of a file: its name, and SQL for the columns it has and those that are not stored."""

    name: str
    columns: dict[str, str]


@dataclass
class Landing:
    """A landing under way: where to, with which headers, and a folder for what is made on the way."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    headers: dict[str, Header]
    base_currency: str
    own_accounts: set[str] = field(default_factory=set)
    tables: dict[str, list[FileTable]] = field(default_factory=dict)


def land(
    intake: Intake,
    warehouse: Path,
    as_of: dt.date | None = None,
    loaded_on: dt.date | None = None,
    progress: Progress = lambda name, size: None,
) -> Landed:
    """Write the `raw` schema of a warehouse from the files of a data folder.

    Args:
        intake: what to read and how.
        warehouse: the DuckDB file to write; its `raw` schema is replaced.
        as_of: the as-of date asked for, or None for the last business date in the orders.
        loaded_on: the day of the landing, by default today in UTC. It is the one place where the
            clock is read: a date later than the next day cannot have happened.
        progress: told about every file as it is read.

    Raises:
        FileRefusedError: a file cannot be understood as a whole; the message names it.
        UsageError: intake.yml contradicts a file; the message names the key.
    """
    notes = [f"{name} is not a file of the contract and is ignored" for name in intake.ignored]
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with (
        duckdb.connect(str(warehouse), config=SETTINGS) as connection,
        tempfile.TemporaryDirectory(dir=warehouse.parent, prefix=".landing-") as folder,
    ):
        headers = {file.name: _header(file, Path(folder)) for file in intake.files}
        for name, header in headers.items():
            notes += [f"{name}: column {c} is not known and is ignored" for c in header.unknown]
        landing = Landing(connection, Path(folder), headers, intake.currency or "")
        for file in intake.files:
            if file.format == "bank_1c":
                landing.own_accounts |= own_accounts(file)
                if is_cut_off(file):
                    notes.append(f"{file.name} has no КонецФайла at its end; it may have been cut off")
        connection.execute("set timezone = 'UTC'")
        connection.execute("drop schema if exists raw cascade")
        connection.execute("create schema raw")
        _create_bookkeeping(connection, intake, as_of, loaded_on)
        create_tables(connection, intake.folder)
        for entity in entities().values():
            files = [f for f in intake.files if f.entity.name == entity.name]
            for file in files:
                count = _land_file(landing, file)
                _refuse_ambiguous_dates(landing, file)
                connection.execute(
                    "insert into raw.files values (?, ?, ?, ?, ?)",
                    [entity.name, file.name, count, file.source, file.dialect.returns],
                )
                rows += count
                progress(file.name, file.path.stat().st_size)
            _create_view(landing, entity)
        land_phones(connection)
    return Landed(files=len(intake.files), rows=rows, notes=tuple(notes))


def _create_bookkeeping(
    connection: duckdb.DuckDBPyConnection,
    intake: Intake,
    as_of: dt.date | None,
    loaded_on: dt.date | None,
) -> None:
    connection.execute(
        "create table raw.files "
        "(entity varchar, file varchar, rows_in bigint, source varchar, returns varchar)"
    )
    connection.execute(
        "create table raw.rejected_lines "
        "(entity varchar, file varchar, file_line bigint, rule_code varchar, raw_text varchar)"
    )
    connection.execute(
        "create table raw.settings as select ? as timezone, cast(? as varchar) as base_currency, "
        "cast(? as date) as as_of_date, cast(? as date) as loaded_on",
        [intake.timezone, intake.currency, as_of, loaded_on or dt.datetime.now(dt.UTC).date()],
    )


def _create_view(landing: Landing, entity: Entity) -> None:
    """Create what all files of an entity say, as a view: what a file does not have is in no table."""
    tables = landing.tables.get(entity.name, [])
    unknown = sorted({c for table in tables for c in table.columns} - {*entity.columns, *LANDED})
    columns = (*entity.columns, *unknown, *LANDED)
    absent = {c: f"cast(null as {'bigint' if c == '_line' else 'varchar'})" for c in columns}

    def select(shown: dict[str, str]) -> str:
        return "select " + ", ".join(f"{shown[c]} as {quoted(c)}" for c in columns)

    selects = [f"{select(absent | table.columns)} from raw.{table.name}" for table in tables]
    landing.connection.execute(
        f"create view raw.{entity.name} as {' union all '.join(selects) or f'{select(absent)} where false'}"
    )


def _joined(header: Header, file: InputFile) -> str:
    """SQL that writes a record as its file has it, quoting only what needs quotes."""
    quote = file.dialect.quote
    special = "".join(f"\\x{{{ord(c):x}}}" for c in f"{file.delimiter}{quote}\n\r")
    fields = [
        f"case when regexp_matches({quoted(c)}, {literal(f'[{special}]')}) "
        f"then {literal(quote)} || replace({quoted(c)}, {literal(quote)}, {literal(quote * 2)}) "
        f"|| {literal(quote)} else coalesce({quoted(c)}, '') end"
        for c in header.fields
    ]
    return f"concat_ws({literal(file.delimiter)}, {', '.join(fields)})"


def _changes_values(file: InputFile, header: Header) -> bool:
    """True if what is landed is not what the file has."""
    return bool(file.dialect.values) or any(has_notation(file, column) for column in header.columns)


def _land_file(landing: Landing, file: InputFile) -> int:
    """Land one file and return its number of records."""
    header = landing.headers[file.name]
    marked = {f for c, f in header.columns.items() if has_notation(file, c)}
    positions = {n for n, f in enumerate(header.fields) if f in marked}
    if file.format == "parquet":
        try:
            return _land_parquet(landing, file, header)
        except duckdb.Error as error:
            raise FileRefusedError(f"{file.name} is a damaged Parquet file; write it anew.") from error
    if file.format == "xlsx":
        return _land_records(landing, file, excel_records(file, len(header.fields), positions), marked)
    if file.format == "bank_1c":
        return _land_records(landing, file, bank_records(file, landing.own_accounts))
    path = file.path
    if file.dialect.encoding != "utf-8":
        path = as_utf8(file, path, file.dialect.encoding, landing.folder / "utf8")
    if file.format == "jsonl":
        wanted = [
            n if f in header.columns.values() else ""
            for n, f in zip(header.names, header.fields, strict=True)
        ]
        return _land_records(landing, file, json_records(file, path, wanted, positions), marked)
    return _land_csv(landing, file, path)


def _land_csv(landing: Landing, file: InputFile, path: Path) -> int:
    survey = _survey(path, file.delimiter, file.dialect.quote)
    # A blank line is none, but where there is one column DuckDB's reader takes it for a row.
    if survey.is_plain and len(landing.headers[file.name].fields) > 1:
        count = _land_plain_csv(landing, file, path)
        if count == survey.lines - 1 and _has_no_field_too_many(landing, file, path, survey):
            return count
        if count >= 0:
            landing.tables[file.entity.name].pop()
    # Slower, but it finds the line of each record and keeps broken ones.
    require_encoding(file, path, "utf-8")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        width = len(landing.headers[file.name].fields)
        found = records(stream, width, file.delimiter, file.dialect.quote)
        try:
            return _land_records(landing, file, found)
        except (duckdb.InvalidInputException, duckdb.NotImplementedException) as error:
            raise FileRefusedError(f"{file.name} has a record of more than 64 MB; shorten it.") from error


def _land_plain_csv(landing: Landing, file: InputFile, path: Path) -> int:
    """Land a file by DuckDB's own reader; -1 if it is not as regular as that reader wants it.

    Records that lie one a line need no line stored: it is their place in the table. To number them while they
    are read would keep all cores but one idle.
    """
    try:
        return _create_table(landing, file, _plain_reader(landing, file, path), line="rowid + 2")
    except duckdb.InvalidInputException:
        return -1


def _plain_reader(landing: Landing, file: InputFile, path: Path) -> str:
    """Return a query of the fields of a regular file."""
    columns = ", ".join(f"{literal(c)}: 'varchar'" for c in landing.headers[file.name].fields)
    quote = literal(file.dialect.quote)
    return (
        f"select * from read_csv({literal(str(path))}, auto_detect = false, header = true, "
        f"delim = {literal(file.delimiter)}, quote = {quote}, escape = {quote}, "
        f"columns = {{{columns}}}, max_line_size = 16777216, buffer_size = 33554432)"
    )


def _land_parquet(landing: Landing, file: InputFile, header: Header) -> int:
    source = f"read_parquet({literal(str(file.path))})"
    described = landing.connection.execute(f"describe select * from {source}").fetchall()
    kinds = {name: kind for name, kind, *_ in described}
    days = {f for c, f in header.columns.items() if file.entity.types[c] == "date"}
    columns = ", ".join(
        f"{_as_text(name, kinds[name], f in days)} as {quoted(f)}"
        for name, f in zip(header.names, header.fields, strict=True)
    )
    typed = {
        f
        for name, f in zip(header.names, header.fields, strict=True)
        if kinds[name] not in ("VARCHAR", "BLOB")
    }
    return _create_table(landing, file, f"select {columns} from {source}", line="rowid + 1", typed=typed)


def _as_text(column: str, kind: str, is_day: bool) -> str:
    """SQL of a typed value as plain text: no exponents, no point after a whole number, days as days.

    A number that has lost its last digits (see `INEXACT`) is a power of ten: neither an id nor money.
    """
    name, text = quoted(column), f"cast({quoted(column)} as varchar)"
    if kind in ("FLOAT", "DOUBLE"):
        return (
            f"case when abs({name}) >= {INEXACT} and isfinite({name}) then printf('%.16e', {name}) "
            f"when {name} = trunc({name}) and isfinite({name}) then cast(cast({name} as bigint) as varchar) "
            f"when {text} like '%e%' then printf('%.12f', {name}) else {text} end"
        )
    if is_day and kind.startswith("TIMESTAMP"):
        day = f"cast(cast({name} as date) as varchar)"
        return f"case when {name} = date_trunc('day', {name}) then {day} else {text} end"
    return text


def _land_records(
    landing: Landing, file: InputFile, found: Iterable[Record], marked: Iterable[str] = ()
) -> int:
    """Land records found in Python by way of a clean CSV, those without fields as rejected lines."""
    header = landing.headers[file.name]
    rejected: list[list[object]] = []
    clean = landing.folder / "clean.csv"
    count = 0
    with clean.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([*header.fields, "_line", "_text"])
        for record in found:
            count += 1
            if record.fields is None:
                rejected.append([file.entity.name, file.name, record.line, record.rule_code, record.text])
            else:
                writer.writerow([*record.fields, record.line, record.text])
    columns = ", ".join(f"{literal(c)}: 'varchar'" for c in (*header.fields, "_line", "_text"))
    names = ", ".join(quoted(c) for c in header.fields)
    _create_table(
        landing,
        file,
        f"select {names}, cast(_line as bigint) as _line, _text "
        f"from read_csv({literal(str(clean))}, auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = true, "
        f"columns = {{{columns}}}, max_line_size = 67108864, buffer_size = 134217728)",
        marked=set(marked),
    )
    if rejected:
        landing.connection.executemany("insert into raw.rejected_lines values (?, ?, ?, ?, ?)", rejected)
    return count


def _create_table(
    landing: Landing,
    file: InputFile,
    reader: str,
    line: str = "",
    marked: set[str] | frozenset[str] = frozenset(),
    typed: set[str] | frozenset[str] = frozenset(),
) -> int:
    """Create the table of a file from what a reader gives, in the form of the contract; count its rows.

    Args:
        landing: where to.
        file: the file read.
        reader: a query of the fields of the file in its order; without `line` also of `_line` and `_text`.
        line: SQL of the line of a record by its place in the table.
        marked: fields in which values typed by the format come with `TYPED` before them.
        typed: fields that the format has typed as a whole.
    """
    header = landing.headers[file.name]
    currency = literal(file.dialect.constants.get("currency", ""))
    if field := header.columns.get("currency"):
        currency = column_of(file, "currency", field, is_marked=False, is_typed=True, currency="''").landed
    currency = f"coalesce(nullif(trim({currency}), ''), {literal(landing.base_currency)})"
    columns = [column_of(file, c, f, f in marked, f in typed, currency) for c, f in header.columns.items()]
    parsed = "".join(f", {c.parsed}" for c in columns if c.parsed)
    problems = " ".join(c.problem for c in columns if c.problem)
    text, raw_text = "" if line else "_text", "_text"
    if _changes_values(file, header):
        # What is landed is not what the file has, so its own text is kept beside it.
        text = f"coalesce({text or 'null'}, {_joined(header, file)})"
    elif file.format in ("csv", "parquet"):
        raw_text = f"coalesce({text or 'null'}, {_joined(header, file)})"
    stored = {c.name: c.landed for c in columns}
    stored |= {f: quoted(f) for f in header.fields if f not in file.entity.types}
    stored |= {} if line else {"_line": "_line"}
    stored |= {"_text": text} if text else {}
    stored |= {"_problem": f"case {problems} end"} if problems else {}
    tables = landing.tables.setdefault(file.entity.name, [])
    name = quoted(f"{file.entity.name}_{len(tables) + 1}")
    # Ids and moments are all different: to look for a short form of them takes as long as to read the file.
    kept = {file.entity.columns[0], *(c for c, kind in file.entity.types.items() if kind == "timestamp")}
    kinds = {c: "varchar using compression uncompressed" if c in kept else "varchar" for c in stored}
    kinds |= {"_line": "bigint"} if "_line" in stored else {}
    landing.connection.execute(
        f"create or replace table raw.{name} ({', '.join(f'{quoted(c)} {k}' for c, k in kinds.items())})"
    )
    done = landing.connection.execute(
        f"insert into raw.{name} select {', '.join(stored.values())} from (select *{parsed} from ({reader}))"
    ).fetchone()
    shown = {column: quoted(column) for column in stored}
    shown |= {column: literal(value) for column, value in file.dialect.constants.items()}
    shown |= {"_file": literal(file.name), "_line": line or "_line"}
    shown |= {"_raw_text": raw_text}
    tables.append(FileTable(name, shown))
    return int(done[0]) if done else 0


def _refuse_ambiguous_dates(landing: Landing, file: InputFile) -> None:
    """Refuse a file whose moments are all written in some other way than ISO 8601, and none is declared.

    Where some are ISO 8601, the others are judged row by row. The search ends at the first of them.

    Args:
        landing: where the file has been landed.
        file: the file.
    """
    table = landing.tables[file.entity.name][-1]
    for column in file.required:
        kind = file.entity.types[column]
        if (
            kind not in ("timestamp", "date")
            or column in file.dialect.constants
            or has_notation(file, column)
        ):
            continue
        rows = f"from raw.{table.name} where "
        iso = f"regexp_matches({column}, '^\\s*\\d{{4}}-\\d{{2}}-\\d{{2}}')"
        if landing.connection.execute(f"select 1 {rows} {iso} limit 1").fetchone():
            continue
        other = f"regexp_matches({column}, '{OTHER_DATE}')"
        found = landing.connection.execute(
            f"select {column}, {table.columns['_line']} {rows} {other} limit 1"
        ).fetchone()
        if found:
            form, is_certain = _likely_format(found[0])
            raise FileRefusedError(
                f"{file.name}: {column} is {found[0]!r} in line {found[1]}, and nowhere an ISO date; "
                "declare the format in intake.yml: `files: "
                f'{{{file.entity.name}: {{path: {file.name}, timestamp_format: "{form}"}}}}`'
                f"{'.' if is_certain else ' if the day comes first.'}"
            )


def _likely_format(text: str) -> tuple[str, bool]:
    """Return the format of strptime that a text seems to be in, and False if the month may come first."""
    first, mark, second, last, hour, seconds = re.match(
        OTHER_DATE + r"(?:[ T](\d{1,2}):\d{2}(:\d{2})?)?", text
    ).groups()
    time = "" if hour is None else " %H:%M" + (":%S" if seconds else "")
    if len(first) == 4:
        return f"%Y{mark}%m{mark}%d{time}", True
    day, month = ("%m", "%d") if int(second) > 12 else ("%d", "%m")
    year = "%Y" if len(last) == 4 else "%y"
    return f"{day}{mark}{month}{mark}{year}{time}", max(int(first), int(second)) > 12


@dataclass(frozen=True)
class Survey:
    """What the bytes of a text file tell at a glance.

    Attributes:
        lines: how many lines it has.
        delimiters: how many delimiters, those within quotes among them.
        has_quotes: there are quotes in it.
        is_plain: DuckDB's reader may try it. It may not where there is a NUL, a lone carriage return, or a
            blank between a quote and what ends its field: it takes some for part of the field, others not.
    """

    lines: int
    delimiters: int
    has_quotes: bool
    is_plain: bool


def _survey(path: Path, delimiter: str, quote: str) -> Survey:
    d, q = delimiter.encode(), quote.encode()
    ends, mark = re.escape(d) + rb"\r\n", re.escape(q)
    apart = re.compile(rb"[%b] +%b|%b +[%b%b]" % (ends, mark, mark, ends, mark))
    newlines, delimiters, lone_returns, has_quotes, is_plain, last = 0, 0, 0, False, True, b""
    for chunk in chunks(path):
        newlines += chunk.count(b"\n")
        delimiters += chunk.count(d)
        if b"\r" in chunk or last.endswith(b"\r"):
            lone_returns += chunk.count(b"\r") - (last[-1:] + chunk).count(b"\r\n")
        is_plain = is_plain and b"\0" not in chunk
        has_quotes = has_quotes or q in chunk
        if is_plain and has_quotes:
            text = last + chunk
            is_plain = not ((b" " + q in text or q + b" " in text) and apart.search(text))
        last = chunk[-64:]
    lines = newlines + (last[-1:] != b"\n")
    return Survey(lines, delimiters, has_quotes, is_plain and lone_returns == 0)


def _has_no_field_too_many(landing: Landing, file: InputFile, path: Path, survey: Survey) -> bool:
    """Tell if a file has the delimiters that its fields need: DuckDB's reader passes over empty ones."""
    header = landing.headers[file.name]
    too_many = survey.delimiters - survey.lines * (len(header.fields) - 1)
    if too_many == 0 or not survey.has_quotes:
        return too_many == 0
    mark = literal(file.delimiter)
    within = " + ".join(
        f"coalesce(sum(length({quoted(c)}) - length(replace({quoted(c)}, {mark}, ''))), 0)"
        for c in header.fields
    )
    found = landing.connection.execute(
        f"select {within} from ({_plain_reader(landing, file, path)})"
    ).fetchone()
    return found == (too_many - sum(name.count(file.delimiter) for name in header.names),)


def _header(file: InputFile, folder: Path) -> Header:
    """Read the column names of a file and check them against its entity and its dialect.

    Raises:
        FileRefusedError: empty file, unreadable file, required or repeated column.
        UsageError: a constant for a column that the file has.
    """
    try:
        names = _names(file, folder)
    except OSError as error:
        raise FileRefusedError(f"{file.name} cannot be opened: {error.strerror}.") from error
    plain = [_plain(name) for name in names]
    if "" in plain:
        raise FileRefusedError(
            f"{file.name} has no name for column {plain.index('') + 1} in its header; name it or take it out."
        )
    repeated = sorted({f for f in plain if plain.count(f) > 1})
    if repeated:
        raise FileRefusedError(f"{file.name} has the column {repeated[0]!r} more than once.")
    positions = _positions(file, names, plain)
    missing = [c for c in file.required if c not in positions and c not in file.dialect.constants]
    if missing:
        raise FileRefusedError(
            f"{file.name} lacks the required column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)}; it has {', '.join(plain)}.{_hint(file, plain)}".replace("\0", "")
        )
    fields = list(plain)
    for column, position in reversed(positions.items()):
        fields[position] = column
    for n, name in enumerate(plain):
        if n not in positions.values() and (name in file.entity.types or name.startswith("_")):
            fields[n] = f"{name} ({n + 1})"  # a name that is mapped to another column, or may be one of ours
    return Header(
        names=tuple(names),
        fields=tuple(fields),
        columns={column: fields[position] for column, position in positions.items()},
        unknown=tuple(name for n, name in enumerate(plain) if n not in positions.values()),
    )


def _positions(file: InputFile, names: list[str], plain: list[str]) -> dict[str, int]:
    """Find the field of each column, in the order of the entity: as declared, else by its own name."""
    dialect = file.dialect
    positions: dict[str, int] = {}
    for column, name in dialect.columns.items():
        if _plain(name) not in plain:
            raise FileRefusedError(
                f"{file.name} has no column {name!r} ({dialect.key}.columns.{column}); "
                f"it has {', '.join(names)}.{_hint(file, plain)}"
            )
        positions[column] = plain.index(_plain(name))
    for column in file.entity.columns:
        if column in plain and column not in positions and plain.index(column) not in positions.values():
            positions[column] = plain.index(column)
    for column in dialect.constants:
        if column in positions:
            raise UsageError(
                f"intake.yml: {dialect.key}.constants.{column}: {file.name} has a column of this name itself."
            )
    return {column: positions[column] for column in file.entity.columns if column in positions}


def _hint(file: InputFile, plain: list[str]) -> str:
    """Say what to declare if a header looks as if it were in another encoding or had another delimiter."""
    if file.format != "csv":
        return ""
    others = [d for d in ";\t|,:" if d != file.delimiter and d in plain[0]]
    if "\0" in plain[0]:
        likely = "like UTF-16 without a byte order mark"
        key = f"encoding: utf-16-{'be' if plain[0].startswith(chr(0)) else 'le'}"
    elif others and len(plain) == 1:
        mark = "a comma" if file.delimiter == "," else repr(file.delimiter)
        likely = f"separated by something other than {mark}"
        key = 'delimiter: "\\t"' if others[0] == "\t" else f'delimiter: "{others[0]}"'
    elif not any(name in file.entity.types for name in plain):
        return " If its first line is a record, put a line with the names of the columns above it."
    else:
        return ""
    return (
        f" It looks {likely}; declare that in intake.yml: "
        f"`files: {{{file.entity.name}: {{path: {file.name}, {key}}}}}`."
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip().lower())


def _names(file: InputFile, folder: Path) -> list[str]:
    if file.path.stat().st_size == 0:
        raise FileRefusedError(f"{file.name} is empty (0 bytes); a header line is the least.")
    if file.format == "parquet":
        return _parquet_names(file)
    if file.format == "xlsx":
        return excel_names(file)
    if file.format == "bank_1c":
        return list(BANK_COLUMNS)
    if file.format == "jsonl":
        path = file.path
        if file.dialect.encoding != "utf-8":
            path = as_utf8(file, path, file.dialect.encoding, folder / "utf8")
        return json_names(file, path)
    return _csv_names(file)


def _csv_names(file: InputFile) -> list[str]:
    encoding = "utf-8-sig" if file.dialect.encoding == "utf-8" else file.dialect.encoding
    try:
        with file.path.open(encoding=encoding, newline="") as lines:
            names = next(csv.reader(lines, delimiter=file.delimiter, quotechar=file.dialect.quote))
            if not names:
                raise FileRefusedError(
                    f"{file.name} begins with a blank line; its first line must be the header."
                )
            return [name.removeprefix("\ufeff") for name in names]
    except UnicodeDecodeError:
        require_encoding(file, file.path, file.dialect.encoding)
        raise
    except UnicodeError as error:  # UTF-16 without a byte order mark
        raise FileRefusedError(f"{file.name} is not {encoding}: {error}.") from error
    except (StopIteration, csv.Error) as error:
        raise FileRefusedError(f"{file.name} has no header line that can be read.") from error


def _parquet_names(file: InputFile) -> list[str]:
    try:
        with duckdb.connect() as connection:
            source = f"read_parquet({literal(str(file.path))})"
            described = connection.execute(f"select * from {source} limit 0").description or []
    except duckdb.Error as error:
        raise FileRefusedError(f"{file.name} is not a Parquet file that can be read.") from error
    return [column[0] for column in described]


@click.command(help=__doc__)
@click.option("--data", required=True, type=click.Path(path_type=Path), help="The data folder.")
@click.option(
    "--warehouse",
    default="output/build/warehouse.duckdb",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The DuckDB file to write, the one profiles.yml points at.",
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As-of date; default: the last one there is."
)
def main(data: Path, warehouse: Path, as_of: dt.datetime | None) -> None:
    """Land a data folder from the command line."""
    try:
        landed = land(read_intake(data), warehouse, as_of.date() if as_of else None)
    except LadderError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from error
    except (OSError, duckdb.IOException) as error:
        click.echo(f"{warehouse} cannot be written: {error}", err=True)
        raise SystemExit(UsageError.exit_code) from error
    for note in landed.notes:
        click.echo(note)
    click.echo(f"Landed {landed.rows:,} records of {landed.files} files in {warehouse}.")


if __name__ == "__main__":
    main()
