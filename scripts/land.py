"""Lands the files of a data folder in the `raw` schema: every record as text, with file and line.

A file is either landed whole or refused by name. Nothing is interpreted here: types, rules and
duplicates are the business of the staging models.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from scripts.errors import FileRefusedError, LadderError, UsageError
from scripts.intake import Entity, InputFile, Intake, entities, read_intake
from scripts.previous import create_tables
from scripts.records import records

CHUNK = 1 << 22
#: Told how many bytes of which file have been read.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Header:
    """The columns of a file in its own order; `fields` are the names the raw table uses."""

    fields: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Landed:
    """What the landing did: files, records and the columns it did not know."""

    files: int
    rows: int
    notes: tuple[str, ...]


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
    """
    notes = [f"{name} is not a file of the contract and is ignored" for name in intake.ignored]
    headers = {file.name: _header(file) for file in intake.files}
    for name, header in headers.items():
        notes += [f"{name}: column {c} is not known and is ignored" for c in header.unknown]
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("drop schema if exists raw cascade")
        connection.execute("create schema raw")
        _create_bookkeeping(connection, intake, as_of, loaded_on)
        create_tables(connection, intake.folder)
        for entity in entities().values():
            files = [f for f in intake.files if f.entity.name == entity.name]
            _create_table(connection, entity, files, headers)
            for file in files:
                count = _land_file(connection, file, headers[file.name])
                connection.execute("insert into raw.files values (?, ?, ?)", [entity.name, file.name, count])
                rows += count
                progress(file.name, file.path.stat().st_size)
    return Landed(files=len(intake.files), rows=rows, notes=tuple(notes))


def _create_bookkeeping(
    connection: duckdb.DuckDBPyConnection,
    intake: Intake,
    as_of: dt.date | None,
    loaded_on: dt.date | None,
) -> None:
    connection.execute("create table raw.files (entity varchar, file varchar, rows_in bigint)")
    connection.execute(
        "create table raw.rejected_lines "
        "(entity varchar, file varchar, file_line bigint, rule_code varchar, raw_text varchar)"
    )
    connection.execute(
        "create table raw.settings as select ? as timezone, cast(? as varchar) as base_currency, "
        "cast(? as date) as as_of_date, cast(? as date) as loaded_on",
        [intake.timezone, intake.currency, as_of, loaded_on or dt.datetime.now(dt.UTC).date()],
    )


def _create_table(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    files: list[InputFile],
    headers: dict[str, Header],
) -> None:
    """Create the raw table of an entity; `_raw_text` is computed only where it is read."""
    unknown = sorted({c for f in files for c in headers[f.name].unknown})
    columns = [f"{_quoted(c)} varchar" for c in (*entity.columns, *unknown)]
    raw_text = " ".join(
        f"when _file = {_literal(f.name)} then {_joined(headers[f.name], f.delimiter)}" for f in files
    )
    rebuilt = f"case {raw_text} end" if files else "null"
    connection.execute(
        f"create table raw.{entity.name} ({', '.join(columns)}, "
        "_file varchar, _line bigint, _text varchar, "
        f"_raw_text varchar generated always as (coalesce(_text, {rebuilt})))"
    )


def _joined(header: Header, delimiter: str) -> str:
    """SQL that writes a record as its file has it, quoting only what needs quotes."""
    special = f'[{delimiter}"\\n\\r]'
    fields = [
        f"case when regexp_matches({_quoted(c)}, {_literal(special)}) "
        f"then '\"' || replace({_quoted(c)}, '\"', '\"\"') || '\"' "
        f"else coalesce({_quoted(c)}, '') end"
        for c in header.fields
    ]
    return f"concat_ws({_literal(delimiter)}, {', '.join(fields)})"


def _land_file(connection: duckdb.DuckDBPyConnection, file: InputFile, header: Header) -> int:
    if file.format == "parquet":
        try:
            return _land_parquet(connection, file, header)
        except duckdb.Error as error:
            raise FileRefusedError(f"{file.name} is a damaged Parquet file; write it anew.") from error
    lines, is_plain = _survey(file)
    if is_plain:
        count = _land_plain_csv(connection, file, header)
        if count == lines - 1:
            return count
        connection.execute(f"delete from raw.{file.entity.name} where _file = ?", [file.name])
    return _land_csv_by_record(connection, file, header)


def _land_parquet(connection: duckdb.DuckDBPyConnection, file: InputFile, header: Header) -> int:
    source = f"read_parquet({_literal(str(file.path))}, file_row_number = true)"
    types = {
        name.strip().lower(): (name, kind)
        for name, kind, *_ in connection.execute(f"describe select * from {source}").fetchall()
    }
    columns = ", ".join(f"{_as_text(*types[c])} as {_quoted(c)}" for c in header.fields)
    connection.execute(
        f"insert into raw.{file.entity.name} by name select {columns}, "
        f"{_literal(file.name)} as _file, file_row_number + 1 as _line from {source}"
    )
    return _count(connection, f"select count(*) from {source}")


def _as_text(column: str, kind: str) -> str:
    """SQL of a typed value as plain text: no exponents, so that 1e16 stays a number."""
    text = f"cast({_quoted(column)} as varchar)"
    if kind in ("FLOAT", "DOUBLE"):
        return f"case when {text} like '%e%' then printf('%.12f', {_quoted(column)}) else {text} end"
    return text


def _land_plain_csv(connection: duckdb.DuckDBPyConnection, file: InputFile, header: Header) -> int:
    """Land a file by DuckDB's own reader; -1 if it is not as regular as that reader wants it."""
    columns = ", ".join(f"{_literal(c)}: 'varchar'" for c in header.fields)
    reader = (
        f"read_csv({_literal(str(file.path))}, auto_detect = false, header = true, "
        f"delim = {_literal(file.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, max_line_size = 16777216)"
    )
    names = ", ".join(_quoted(c) for c in header.fields)
    try:
        connection.execute(
            f"insert into raw.{file.entity.name} by name select {names}, "
            f"{_literal(file.name)} as _file, row_number() over () + 1 as _line from {reader}"
        )
    except duckdb.InvalidInputException:
        return -1
    return _count(
        connection,
        f"select count(*) from raw.{file.entity.name} where _file = {_literal(file.name)}",
    )


def _land_csv_by_record(connection: duckdb.DuckDBPyConnection, file: InputFile, header: Header) -> int:
    """Land a file record by record: slower, but it finds the line of each and keeps broken ones."""
    rejected: list[list[object]] = []
    count = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        file.path.open(encoding="utf-8-sig", newline="") as lines,
    ):
        clean = Path(folder) / "clean.csv"
        with clean.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow([*header.fields, "_line", "_text"])
            for record in records(lines, len(header.fields), file.delimiter):
                count += 1
                if record.fields is None:
                    rejected.append([file.entity.name, file.name, record.line, record.rule_code, record.text])
                else:
                    writer.writerow([*record.fields, record.line, record.text])
        columns = ", ".join(f"{_literal(c)}: 'varchar'" for c in (*header.fields, "_line", "_text"))
        names = ", ".join(_quoted(c) for c in header.fields)
        connection.execute(
            f"insert into raw.{file.entity.name} by name select {names}, "
            f"{_literal(file.name)} as _file, cast(_line as bigint) as _line, _text "
            f"from read_csv({_literal(str(clean))}, auto_detect = false, header = true, "
            f"delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = true, "
            f"columns = {{{columns}}}, max_line_size = 67108864)"
        )
    if rejected:
        connection.executemany("insert into raw.rejected_lines values (?, ?, ?, ?, ?)", rejected)
    return count


def _survey(file: InputFile) -> tuple[int, bool]:
    """Count the lines of a text file, and tell if DuckDB's reader may try it (no NUL, no lone CR).

    Raises:
        FileRefusedError: the file is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines, lone_returns, has_nul, last, offset = 0, 0, False, b"", 0
    for chunk in itertools.chain(_chunks(file.path), [b""]):
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise FileRefusedError(
                f"{file.name} is not UTF-8 (byte {offset + error.start + 1}); save it as UTF-8."
            ) from error
        newlines += chunk.count(b"\n")
        lone_returns += chunk.count(b"\r") - (last[-1:] + chunk).count(b"\r\n")
        has_nul = has_nul or b"\0" in chunk
        last, offset = chunk[-1:] or last, offset + len(chunk)
    return newlines + (last != b"\n"), not has_nul and lone_returns == 0


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _header(file: InputFile) -> Header:
    """Read the column names of a file and check them against its entity.

    Raises:
        FileRefusedError: empty file, unreadable file, required or repeated column.
    """
    try:
        names = _parquet_names(file) if file.format == "parquet" else _csv_names(file)
    except OSError as error:
        raise FileRefusedError(f"{file.name} cannot be opened: {error.strerror}.") from error
    fields = [name.strip().lower() for name in names]
    if any(f.startswith("_") or not f for f in fields):
        raise FileRefusedError(f"{file.name} has a column without a usable name in its header.")
    repeated = sorted({f for f in fields if fields.count(f) > 1})
    if repeated:
        raise FileRefusedError(f"{file.name} has the column {repeated[0]!r} more than once.")
    missing = [c for c in file.required if c not in fields]
    if missing:
        hint = ""
        if len(fields) == 1 and any(d in fields[0] for d in ";|\t"):
            hint = " It looks separated by something other than a comma; save it with commas."
        raise FileRefusedError(
            f"{file.name} lacks the required column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)}; it has {', '.join(fields)}.{hint}"
        )
    unknown = tuple(f for f in fields if f not in file.entity.columns)
    return Header(fields=tuple(fields), unknown=unknown)


def _csv_names(file: InputFile) -> list[str]:
    if file.path.stat().st_size == 0:
        raise FileRefusedError(f"{file.name} is empty (0 bytes); a header line is the least.")
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines, delimiter=file.delimiter))
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            f"{file.name} is not UTF-8 (byte {error.start + 1}); save it as UTF-8."
        ) from error
    except (StopIteration, csv.Error) as error:
        raise FileRefusedError(f"{file.name} has no header line that can be read.") from error


def _parquet_names(file: InputFile) -> list[str]:
    try:
        with duckdb.connect() as connection:
            source = f"read_parquet({_literal(str(file.path))})"
            described = connection.execute(f"select * from {source} limit 0").description or []
    except duckdb.Error as error:
        raise FileRefusedError(f"{file.name} is not a Parquet file that can be read.") from error
    return [column[0] for column in described]


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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
