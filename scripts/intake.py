"""How a data folder is to be read: its intake.yml, its files and the entity each of them holds."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from scripts.errors import FileRefusedError, UsageError

PROJECT = Path(__file__).resolve().parent.parent
ENTITIES_FILE = PROJECT / "models" / "staging" / "_staging__entities.yml"
TECHNICAL_COLUMNS = {"file", "file_line", "rule_code", "rule_column"}
#: At least one of these must be there: without them nothing was sold.
SALES_ENTITIES = ("orders", "order_lines", "bank_transactions")
FORMATS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
KNOWN_KEYS = ("timezone", "currency")


@dataclass(frozen=True)
class Entity:
    """One kind of thing a file can hold: its columns, and those no file may lack."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True)
class InputFile:
    """One file of the data folder and the way to read it."""

    entity: Entity
    path: Path
    name: str
    format: str
    delimiter: str = ","
    required: tuple[str, ...] = ()


@dataclass
class Intake:
    """Everything the landing needs to know about a data folder."""

    folder: Path
    timezone: str = "UTC"
    currency: str | None = None
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
            columns=tuple(c["name"] for c in columns),
            required=tuple(
                c["name"] for c in columns if c.get("config", {}).get("meta", {}).get("required", False)
            ),
        )
    return found


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
    intake = Intake(folder=folder)
    _read_settings(intake)
    known = entities()
    for path in input_paths(folder):
        name = path.name
        entity = _entity_of(path, known)
        if entity is None:
            intake.ignored.append(f"{name}/" if path.is_dir() else name)
            continue
        if not path.is_file():
            raise FileRefusedError(f"{name} is not a file that can be opened.")
        if path.suffix.lower() not in FORMATS:
            raise FileRefusedError(
                f"{name} cannot be read: {entity.name} may come as "
                f"{', '.join(sorted(FORMATS))}, not as {path.suffix or 'a file without a suffix'}."
            )
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        intake.files.append(
            InputFile(entity, path, name, FORMATS[path.suffix.lower()], delimiter, entity.required)
        )
    if not any(f.entity.name == "orders" for f in intake.files):
        # The headers are then derived from the lines, which must say when.
        intake.files = [
            replace(f, required=(*f.required, "ordered_at")) if f.entity.name == "order_lines" else f
            for f in intake.files
        ]
    if not any(f.entity.name in SALES_ENTITIES for f in intake.files):
        raise UsageError(
            f"The data folder {folder} holds no sales: put a file named orders.csv, "
            "order_lines.csv or bank_transactions.csv (or .parquet) there."
        )
    return intake


def input_paths(folder: Path) -> list[Path]:
    """Return what lies in a data folder, by name; hidden things and what is in subfolders do not count."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name != "intake.yml")


def _entity_of(path: Path, known: dict[str, Entity]) -> Entity | None:
    """Find the entity of a file by its name: `orders.csv`, `orders_2024.csv`, `orders-1.parquet`."""
    stem = path.name.split(".")[0].lower()
    for name in sorted(known, key=len, reverse=True):
        if stem == name or stem.startswith((f"{name}_", f"{name}-", f"{name} ")):
            return known[name]
    return None


def _read_settings(intake: Intake) -> None:
    path = intake.folder / "intake.yml"
    if not path.exists():
        return
    try:
        settings = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        raise UsageError(f"intake.yml cannot be opened: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"intake.yml is not valid YAML: {_one_line(error)}") from error
    if not isinstance(settings, dict):
        raise UsageError("intake.yml must be a list of `key: value` lines.")
    for key in settings:
        if key not in KNOWN_KEYS:
            raise UsageError(
                f"intake.yml has the key `{key}`, which is not known; known are "
                f"{', '.join(f'`{k}`' for k in KNOWN_KEYS)}."
            )
    if settings.get("timezone") is not None:
        intake.timezone = _timezone(settings["timezone"])
    if settings.get("currency") is not None:
        intake.currency = _currency(settings["currency"])


def _timezone(value: object) -> str:
    try:
        return zoneinfo.ZoneInfo(str(value)).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"intake.yml: `timezone: {value}` is not the name of a time zone, such as Europe/Moscow."
        ) from error


def _currency(value: object) -> str:
    code = str(value).strip().upper()
    if len(code) != 3 or not code.isalpha() or not code.isascii():
        raise UsageError(f"intake.yml: `currency: {value}` is not a currency code, such as RUB or EUR.")
    return code


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
