"""How a data folder is to be read: its intake.yml, its files and the entity each of them holds."""

from __future__ import annotations

import csv
import fnmatch
import json
import re
import unicodedata
import zoneinfo
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import yaml

from scripts.errors import FileRefusedError, UsageError

PROJECT = Path(__file__).resolve().parent.parent
ENTITIES_FILE = PROJECT / "models" / "staging" / "_staging__entities.yml"
STATUSES_FILE = PROJECT / "seeds" / "order_statuses.csv"
SCHEMA_FILE = PROJECT / "scripts" / "intake.schema.json"
TECHNICAL_COLUMNS = {"file", "file_line", "rule_code", "rule_column"}
#: At least one of these must be there: without them nothing was sold.
SALES_ENTITIES = ("orders", "order_lines", "bank_transactions")
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
#: What a declared file of another suffix is: spreadsheets and archives are no text.
NOT_TEXT = {".xls", ".xlsb", ".xlsm", ".ods", ".json", ".zip", ".gz", ".7z", ".rar", ".pdf", ".dbf"}
#: The first line of a bank statement as 1C and Russian banks exchange it.
BANK_SIGNATURE = b"1CClientBankExchange"
RETURNS = {"negative_lines": "order_lines", "negative_orders": "orders"}
#: Settings that only files of some formats have.
SETTINGS_OF_FORMATS = {"sheet": ("xlsx",), "delimiter": ("csv",), "quote": ("csv",)}


@dataclass(frozen=True)
class Entity:
    """One kind of thing a file can hold: its columns, their types, and those no file may lack."""

    name: str
    types: dict[str, str]
    required: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(self.types)


@dataclass(frozen=True)
class Dialect:
    """One mapping of intake.yml: what in its files is not as the contract says."""

    key: str = ""
    path: str = ""
    source: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    quote: str = '"'
    sheet: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    timestamp_format: tuple[str, ...] = ()
    date_format: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    returns: str | None = None

    def formats(self, kind: str) -> tuple[str, ...]:
        """The formats of a column of moments (`timestamp`) or of days (`date`); none: ISO 8601."""
        if kind == "timestamp" or self.date_format:
            return self.timestamp_format if kind == "timestamp" else self.date_format
        days = (re.sub(r"[ T,]*%-?[HI].*$", "", f) for f in self.timestamp_format)
        return tuple(dict.fromkeys((*(d for d in days if d), *self.timestamp_format)))

    @property
    def has_numbers(self) -> bool:
        """True if numbers are written in another way than `1234.56`."""
        return self.decimal is not None or self.thousands is not None


@dataclass(frozen=True)
class InputFile:
    """One file of the data folder and the way to read it."""

    entity: Entity
    path: Path
    name: str
    format: str
    dialect: Dialect = Dialect()
    required: tuple[str, ...] = ()

    @property
    def delimiter(self) -> str:
        """What separates the fields of a text file, or of the text of a record otherwise."""
        return self.dialect.delimiter or ("\t" if self.path.suffix.lower() == ".tsv" else ",")

    @property
    def source(self) -> str:
        """The system the rows come from."""
        return self.dialect.source or self.dialect.path or self.entity.name


@dataclass
class Intake:
    """Everything the landing needs to know about a data folder."""

    folder: Path
    timezone: str = "UTC"
    currency: str | None = None
    dialects: list[tuple[Entity, Dialect]] = field(default_factory=list)
    files: list[InputFile] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def entities() -> dict[str, Entity]:
    """Return the entities of the contract by name, as declared beside the staging models.

    A file of order lines must say when and what was sold only where there is no orders file; that
    is judged row by row in SQL, so only the columns marked `required` are asked of every file.
    """
    found = {}
    for model in yaml.safe_load(ENTITIES_FILE.read_text("utf-8"))["models"]:
        columns = [c for c in model["columns"] if c["name"] not in TECHNICAL_COLUMNS]
        name = model["config"]["meta"]["entity"]
        found[name] = Entity(
            name=name,
            types={c["name"]: c["data_type"] for c in columns},
            required=tuple(
                c["name"] for c in columns if c.get("config", {}).get("meta", {}).get("required", False)
            ),
        )
    return found


def statuses() -> tuple[str, ...]:
    """Return the order statuses that are known, as the seed `order_statuses` lists them."""
    with STATUSES_FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(row["status"] for row in csv.DictReader(lines))


def read_intake(folder: Path) -> Intake:
    """Read a data folder: its intake.yml, if there is one, and the entity of each file.

    Args:
        folder: the data folder.

    Raises:
        UsageError: the folder or its intake.yml cannot be used; the message names the key.
        FileRefusedError: a file that belongs to an entity is of a kind that is not read.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"The data folder {folder} {what}; give one with DATA=<folder>.")
    if (folder / "intake.yaml").exists():
        raise UsageError(f"{folder / 'intake.yaml'} would not be read; rename it to intake.yml.")
    intake = Intake(folder=folder)
    known = entities()
    _read_settings(intake, known)
    declared = _declared_files(intake)
    for path in input_paths(folder):
        if path in declared:
            intake.files.append(declared[path])
            continue
        file = _file_by_name(path, known)
        if file is None:
            intake.ignored.append(f"{path.name}/" if path.is_dir() else path.name)
        else:
            intake.files.append(file)
    if not any(f.entity.name == "orders" for f in intake.files):
        # The headers are then derived from the lines, which must say when.
        intake.files = [
            replace(f, required=(*f.required, "ordered_at")) if f.entity.name == "order_lines" else f
            for f in intake.files
        ]
    if not any(f.entity.name in SALES_ENTITIES for f in intake.files):
        raise UsageError(
            f"The data folder {folder} holds no sales: put a file named orders.csv, order_lines.csv or "
            "bank_transactions.csv (or .parquet, .jsonl, .xlsx) there, or name yours in intake.yml."
        )
    return intake


def input_paths(folder: Path) -> list[Path]:
    """Return what lies in a data folder, by name; hidden things and what is in subfolders do not count."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name != "intake.yml")


def _declared_files(intake: Intake) -> dict[Path, InputFile]:
    """Find the files of each mapping; every mapping has some, and no file has two."""
    found: dict[Path, InputFile] = {}
    paths = [p for p in input_paths(intake.folder) if p.is_file()]
    for entity, dialect in intake.dialects:
        wanted = _composed(dialect.path)
        matched = [p for p in paths if _composed(p.name) == wanted] or [
            p for p in paths if fnmatch.fnmatchcase(_composed(p.name), wanted)
        ]
        if not matched:
            raise _complaint(f"{dialect.key}.path", f"no file of the data folder is named {dialect.path!r}.")
        for path in matched:
            if path in found:
                raise _complaint(
                    f"{dialect.key}.path", f"{path.name} is matched by {found[path].dialect.key}.path too."
                )
            found[path] = _declared_file(entity, path, dialect)
    return found


def _declared_file(entity: Entity, path: Path, dialect: Dialect) -> InputFile:
    suffix = path.suffix.lower()
    if suffix in NOT_TEXT:
        raise FileRefusedError(
            f"{path.name} cannot be read ({dialect.key}.path): save it as {', '.join(sorted(FORMATS))}."
        )
    kind = "bank_1c" if _is_bank_statement(path) else FORMATS.get(suffix, "csv")
    if kind == "bank_1c" and entity.name != "bank_transactions":
        raise _complaint(
            f"{dialect.key}.path", f"{path.name} is a bank statement; it belongs under bank_transactions."
        )
    for setting, formats in SETTINGS_OF_FORMATS.items():
        if kind not in formats and getattr(dialect, setting) != getattr(Dialect(), setting):
            raise _complaint(f"{dialect.key}.{setting}", f"{path.name} is not a file that has a {setting}.")
    if kind in ("parquet", "xlsx") and dialect.encoding != "utf-8":
        raise _complaint(f"{dialect.key}.encoding", f"{path.name} is not a file that has an encoding.")
    required = tuple(c for c in entity.required if c not in dialect.constants)
    file = InputFile(entity, path, path.name, kind, dialect, required)
    if kind == "csv" and dialect.quote == file.delimiter:
        raise _complaint(f"{dialect.key}.quote", f"{dialect.quote!r} is the delimiter of {path.name} too.")
    return file


def _file_by_name(path: Path, known: dict[str, Entity]) -> InputFile | None:
    if path.is_file() and _is_bank_statement(path):
        entity = known["bank_transactions"]
        return InputFile(entity, path, path.name, "bank_1c", required=entity.required)
    entity = _entity_of(path, known)
    if entity is None:
        return None
    if not path.is_file():
        raise FileRefusedError(f"{path.name} is not a file that can be opened.")
    if path.suffix.lower() not in FORMATS:
        raise FileRefusedError(
            f"{path.name} cannot be read: {entity.name} may come as "
            f"{', '.join(sorted(FORMATS))}, not as {path.suffix or 'a file without a suffix'}."
        )
    return InputFile(entity, path, path.name, FORMATS[path.suffix.lower()], required=entity.required)


def _is_bank_statement(path: Path) -> bool:
    if path.suffix.lower() != ".txt":
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(64).removeprefix(b"\xef\xbb\xbf").startswith(BANK_SIGNATURE)
    except OSError as error:
        raise FileRefusedError(f"{path.name} cannot be opened: {error.strerror}.") from error


def _entity_of(path: Path, known: dict[str, Entity]) -> Entity | None:
    """Find the entity of a file by its name: `orders.csv`, `orders_2024.csv`, `orders-1.parquet`."""
    stem = path.name.split(".")[0].lower()
    for name in sorted(known, key=len, reverse=True):
        if stem == name or stem.startswith((f"{name}_", f"{name}-", f"{name} ")):
            return known[name]
    return None


class _Loader(yaml.BaseLoader):
    """Every value is the text that was written (`no` is no boolean), and no key comes twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for (key_node, _), key in zip(node.value, keys, strict=True):
            if keys.count(key) > 1:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    problem=f"the key `{key}` of line {line} comes more than once"
                )
        return super().construct_mapping(node, deep)


def _read_settings(intake: Intake, known: dict[str, Entity]) -> None:
    path = intake.folder / "intake.yml"
    if not path.exists():
        return
    try:
        settings = yaml.load(path.read_text("utf-8-sig"), _Loader) or {}
    except OSError as error:
        raise UsageError(f"intake.yml cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError("intake.yml is not in UTF-8; save it in this encoding.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UsageError(f"intake.yml is not valid YAML{where}: {_one_line(error.problem)}.") from error
    except yaml.YAMLError as error:
        raise UsageError(f"intake.yml is not valid YAML: {_one_line(error)}.") from error
    if not isinstance(settings, dict):
        raise UsageError("intake.yml must be a list of `key: value` lines.")
    settings = {key: value for key, value in settings.items() if value != ""}
    _validate(settings)
    if "timezone" in settings:
        intake.timezone = _timezone(settings["timezone"])
    if "currency" in settings:
        intake.currency = _currency(settings["currency"])
    for name, mappings in settings.get("files", {}).items():
        for number, mapping in enumerate(mappings if isinstance(mappings, list) else [mappings]):
            key = f"files.{name}[{number}]" if isinstance(mappings, list) else f"files.{name}"
            intake.dialects.append((known[name], _dialect(key, mapping, known[name])))


def _validate(settings: dict[str, Any]) -> None:
    """Judge intake.yml by its published schema.

    Raises:
        UsageError: the first key that cannot be meant, and what its schema says of it.
    """
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))
    error = next(iter(sorted(validator.iter_errors(settings), key=lambda e: list(map(str, e.path)))), None)
    if error is None:
        return
    key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".")
    if error.validator == "additionalProperties":
        possible = error.schema["properties"]
        unknown = next(k for k in error.instance if k not in possible)
        raise UsageError(
            f"intake.yml has the key `{f'{key}.{unknown}'.lstrip('.')}`, which is not known; known are "
            f"{', '.join(f'`{k}`' for k in possible)}."
        )
    if error.validator == "required":
        lacking = next(k for k in error.validator_value if k not in error.instance)
        raise _complaint(key, f"lacks `{lacking}`. {error.schema['properties'][lacking]['description']}")
    possible = f" Possible are {', '.join(error.validator_value)}." if error.validator == "enum" else ""
    said = f"`{error.instance}` cannot be meant. " if isinstance(error.instance, str) else "is misshapen. "
    raise _complaint(key, f"{said}{error.schema.get('description', '')}{possible}".strip())


def _dialect(key: str, mapping: dict[str, Any], entity: Entity) -> Dialect:
    """Make a mapping of intake.yml, known to be of the right shape, into a dialect.

    Raises:
        UsageError: its parts contradict each other or the entity; the message names the key.
    """
    for part in ("columns", "values", "constants"):
        for column in mapping.get(part, {}):
            if column not in entity.types:
                raise _complaint(
                    f"{key}.{part}.{column}",
                    f"{entity.name} has no column of this name; it has {', '.join(entity.types)}.",
                )
    meant = {f"{key}.values.status.{k}": v for k, v in mapping.get("values", {}).get("status", {}).items()}
    if "status" in mapping.get("constants", {}):
        meant[f"{key}.constants.status"] = mapping["constants"]["status"]
    for where, status in meant.items():
        if entity.name in ("orders", "order_lines") and status.strip().lower() not in statuses():
            raise _complaint(where, f"`{status}` is no status; known are {', '.join(statuses())}.")
    for column in mapping.get("constants", {}):
        if column in mapping.get("columns", {}):
            raise _complaint(f"{key}.constants.{column}", "the column is mapped under columns too.")
    formats = {
        setting: _formats(f"{key}.{setting}", mapping[setting])
        for setting in ("timestamp_format", "date_format")
        if setting in mapping
    }
    dialect = Dialect(key=key, **(mapping | formats))
    if dialect.thousands is not None and dialect.thousands == (dialect.decimal or "."):
        raise _complaint(
            f"{key}.thousands", f"`{dialect.thousands}` is the decimal mark; declare `decimal` as another."
        )
    if dialect.returns and RETURNS[dialect.returns] != entity.name:
        raise _complaint(
            f"{key}.returns", f"{dialect.returns} can be said of {RETURNS[dialect.returns]} only."
        )
    return dialect


def _formats(key: str, value: str | list[str]) -> tuple[str, ...]:
    formats = (value,) if isinstance(value, str) else tuple(value)
    for text in formats:
        try:
            # A day that survives being written and read again is one whose day, month and year are there.
            survives = _holds(
                "select cast(strptime(strftime(moment, $1), $1) as date) = cast(moment as date) "
                "from (select timestamp '2023-11-25 21:07:08' as moment)",
                text,
            )
        except duckdb.Error:
            survives = False
        if not survives:
            raise _complaint(
                key, f"`{text}` is not a format that tells the day, such as %Y-%m-%d or %d.%m.%Y %H:%M."
            )
    return formats


def _timezone(value: object) -> str:
    # The zones of this machine may be others than those of the database, which reckons with them.
    known = _holds("select $1 in (select name from pg_timezone_names())", str(value))
    if not known or value not in zoneinfo.available_timezones():
        raise UsageError(
            f"intake.yml: `timezone: {value}` is not the name of a time zone, such as Europe/Moscow."
        )
    return str(value)


def _holds(question: str, value: str) -> bool:
    # A database of its own: the one that the library shares mixes up the answers of two threads.
    with duckdb.connect() as database:
        return database.execute(question, [value]).fetchone() == (True,)


def _currency(value: object) -> str:
    code = str(value).strip().upper()
    if len(code) != 3 or not code.isalpha() or not code.isascii():
        raise UsageError(f"intake.yml: `currency: {value}` is not a currency code, such as RUB or EUR.")
    return code


def _complaint(key: str, sentence: str) -> UsageError:
    return UsageError(f"intake.yml: {key}: {_one_line(sentence)}")


def _composed(text: str) -> str:
    """Return a name in Unicode NFC: some file systems keep й as two characters."""
    return unicodedata.normalize("NFC", text)


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
