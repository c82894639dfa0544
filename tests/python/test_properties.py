"""Random mixtures of good and broken rows, in random files, orders and dialects.

Hypothesis draws the shops, always the same ones; they are landed and built together, once in one
arrangement and once in another, for a build costs seconds and a row nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import build_marts, query
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

LOADED, COPY = "loaded", "copy"
COLUMNS = {
    "orders": ("order_id", "customer_id", "ordered_at", "status", "amount"),
    "customers": ("customer_id", "name", "birth_date"),
}
SELECTION = ("+orders", "+row_accounting", "+quarantine", "+revenue_bridge")
SHOPS = 15


@dataclass(frozen=True)
class Broken:
    """A value that stands in a file as it is here, whatever the dialect."""

    text: str


Value = str | Decimal | dt.datetime | dt.date | Broken | None


@dataclass(frozen=True)
class Record:
    """A row to be written: its values by column, and what must become of it."""

    entity: str
    values: dict[str, Value]
    verdict: str = LOADED


@dataclass(frozen=True)
class Notation:
    """A way to write files."""

    suffix: str
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    moment: str = "%Y-%m-%d %H:%M:%S"
    day: str = "%Y-%m-%d"
    line_end: str = "\n"

    def text(self, value: Value) -> str:
        """A value as this notation writes it."""
        if isinstance(value, Decimal):
            digits = f"{value:,.2f}" if self.thousands else f"{value:.2f}"
            return digits.translate(str.maketrans({",": self.thousands, ".": self.decimal}))
        if isinstance(value, dt.datetime):
            return value.strftime(self.moment)
        if isinstance(value, dt.date):
            return value.strftime(self.day)
        return value.text if isinstance(value, Broken) else value or ""

    def mapping(self, path: str) -> dict[str, str]:
        """What intake.yml must say of a file."""
        said = {"path": path, "source": "shop"}
        default = Notation(self.suffix)
        said |= {"decimal": self.decimal} if self.decimal != "." else {}
        said |= {"thousands": self.thousands} if self.thousands else {}
        said |= {"encoding": self.encoding} if self.encoding != "utf-8" else {}
        said |= {"timestamp_format": self.moment} if self.moment != default.moment else {}
        said |= {"date_format": self.day} if self.day != default.day else {}
        said |= {"delimiter": self.delimiter} if self.suffix == "csv" and self.delimiter != "," else {}
        return said


NOTATIONS = (
    Notation("csv"),
    Notation("csv", line_end="\r\n"),
    Notation("csv", ";", "cp1251", ",", " ", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"),
    Notation("tsv", "\t", "utf-8", ",", ".", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"),
    Notation("csv", "|", "utf-16", thousands=",", moment="%m/%d/%Y %I:%M:%S %p", day="%m/%d/%Y"),
    Notation("jsonl"),
    Notation("jsonl", decimal=",", moment="%d.%m.%Y %H:%M:%S", day="%d.%m.%Y"),
    Notation("parquet"),
)


# What is drawn


TEXT = st.text("abcЖё ,;|\"'{}%=+-@$\\09", max_size=12).map(str.strip).filter(lambda t: "+0" not in t)
MOMENT = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2024, 6, 1)).map(
    lambda m: m.replace(microsecond=0)
)
AMOUNT = st.decimals(0, 10**7, places=2, allow_nan=False, allow_infinity=False)
BREAKS: dict[str, dict[str, list[tuple[str, Value]]]] = {
    "orders": {
        "bad_number": [("amount", Broken(t)) for t in ("abc", "NaN", "1e5", "1_000", "12 шт", "1.2.3")],
        "bad_date": [("ordered_at", Broken(t)) for t in ("30.02.2024", "2023-02-29", "вчера", "01-02-2024")],
        "date_out_of_range": [("ordered_at", dt.datetime(y, 1, 1, 12)) for y in (1900, 1970, 2999, 9999)],
        "negative_amount": [("amount", Decimal("-0.01")), ("amount", Decimal("-1234567.89"))],
        "unknown_status": [("status", "draft"), ("status", "оплачен")],
        "bad_id": [("customer_id", "4.2E+10")],
        "missing_order_id": [("order_id", ""), ("order_id", "  ")],
        "missing_amount": [("amount", "")],
        "missing_ordered_at": [("ordered_at", "")],
        "missing_status": [("status", "")],
    },
    "customers": {
        "bad_date": [("birth_date", Broken(t)) for t in ("30.02.2024", "2023-02-29")],
        "missing_customer_id": [("customer_id", "")],
    },
}


#: What becomes of the rows of a shop, so that one of any drawing has every fate.
FATES = {
    "orders": (*[LOADED] * 6, *[COPY, "order_id_conflict"], *BREAKS["orders"]),
    "customers": (LOADED, LOADED, *BREAKS["customers"]),
}


@st.composite
def orders(draw: st.DrawFn, order_id: str, fate: str) -> list[Record]:
    """One good order, or one with something wrong, with the rows that this concerns."""
    good: dict[str, Value] = {
        "order_id": order_id,
        "customer_id": draw(TEXT),
        "ordered_at": draw(MOMENT),
        "status": draw(st.sampled_from(("paid", "paid", "shipped", "cancelled"))),
        "amount": draw(AMOUNT),
    }
    if fate == LOADED:
        return [Record("orders", good)]
    if fate == COPY:
        return [Record("orders", good), Record("orders", good, COPY)]
    if fate == "order_id_conflict":
        other = good | {"amount": Decimal(str(good["amount"])) + Decimal("0.01")}
        return [Record("orders", good, fate), Record("orders", other, fate)]
    return [Record("orders", good | dict([draw(st.sampled_from(BREAKS["orders"][fate]))]), fate)]


@st.composite
def customers(draw: st.DrawFn, customer_id: str, fate: str) -> list[Record]:
    """One registered customer, good or with something wrong."""
    birth = draw(st.none() | st.dates(dt.date(1930, 1, 1), dt.date(2010, 1, 1)))
    good: dict[str, Value] = {"customer_id": customer_id, "name": draw(TEXT), "birth_date": birth}
    if fate == LOADED:
        return [Record("customers", good)]
    return [Record("customers", good | dict([draw(st.sampled_from(BREAKS["customers"][fate]))]), fate)]


def drawn_shops() -> list[list[list[Record]]]:
    """The shops that Hypothesis draws, each a list of groups of rows that belong together."""
    shops: list[list[list[Record]]] = []

    @settings(
        max_examples=SHOPS, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        shop = len(shops)
        shops.append(
            [data.draw(orders(f"{shop}-{n}", fate)) for n, fate in enumerate(FATES["orders"])]
            + [data.draw(customers(f"c{shop}-{n}", fate)) for n, fate in enumerate(FATES["customers"])]
        )

    draw()
    return shops


# How it is written


@dataclass
class Folder:
    """A data folder, and of every record in it where it stands and with which text."""

    path: Path
    files: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[str, int, str, Record]] = field(default_factory=list)

    def write(self, entity: str, records: list[Record], notation: Notation) -> None:
        """Write records into one more file."""
        name = f"{entity} {len(self.files)} за год.{notation.suffix}"
        self.files.append((entity, name))
        columns = COLUMNS[entity]
        rows = [[notation.text(r.values[c]) for c in columns] for r in records]
        writing = {"jsonl": self._json_lines, "parquet": self._parquet}.get(notation.suffix, self._csv)
        texts = writing(name, columns, rows, notation)
        first_line = 1 if notation.suffix in ("jsonl", "parquet") else 2
        self.written += [
            (name, n, t, r) for n, (t, r) in enumerate(zip(texts, records, strict=True), first_line)
        ]

    def _csv(
        self, name: str, columns: tuple[str, ...], rows: list[list[str]], notation: Notation
    ) -> list[str]:
        texts = [as_csv(row, notation.delimiter) for row in (columns, *rows)]
        content = "".join(text + notation.line_end for text in texts)
        (self.path / name).write_bytes(content.encode(notation.encoding))
        return texts[1:]

    def _json_lines(
        self, name: str, columns: tuple[str, ...], rows: list[list[str]], _: Notation
    ) -> list[str]:
        texts = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows]
        (self.path / name).write_text("".join(f"{text}\n" for text in texts), "utf-8")
        return texts

    def _parquet(self, name: str, columns: tuple[str, ...], rows: list[list[str]], _: Notation) -> list[str]:
        with duckdb.connect() as connection:
            connection.execute(f"create table t ({', '.join(f'{c} varchar' for c in columns)})")
            connection.executemany(f"insert into t values ({', '.join('?' * len(columns))})", rows)
            connection.table("t").write_parquet(str(self.path / name))
        return [as_csv(row, ",") for row in rows]


def as_csv(row: list[str] | tuple[str, ...], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="").writerow(row)
    return buffer.getvalue()


def arranged(path: Path, groups: list[list[Record]], seed: int) -> Folder:
    """Write groups of rows in a random order, into random files of random notations."""
    chance = random.Random(seed)
    path.mkdir(parents=True)
    folder = Folder(path)
    mappings: dict[str, list[dict[str, str]]] = {}
    for entity in COLUMNS:
        files: list[list[Record]] = [[] for _ in range(2 * len(NOTATIONS))]
        for group in groups:
            if group[0].entity == entity:
                chance.choice(files).extend(group)
        # Of no records there is no file: one of 0 bytes is refused.
        for n, records in enumerate(filter(None, files)):
            # Of copies it does not matter which is which: the first in the file counts.
            chance.shuffle(records)
            notation = NOTATIONS[n % len(NOTATIONS)]
            folder.write(entity, copies_last(records), notation)
            mappings.setdefault(entity, []).append(notation.mapping(folder.files[-1][1]))
    settings_ = {"timezone": "Europe/Moscow", "currency": "RUB", "files": mappings}
    (path / "intake.yml").write_text(yaml.safe_dump(settings_, allow_unicode=True), "utf-8")
    return folder


def copies_last(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.verdict == COPY)


@dataclass
class Built:
    """A data folder and what has become of it."""

    folder: Folder
    warehouse: Path

    def rows(self, sql: str) -> list[tuple]:
        return query(self.warehouse, sql)

    def records(self, entity: str, *verdicts: str) -> list[dict[str, Value]]:
        """The values of the records of an entity with these verdicts."""
        return [
            r.values for _, _, _, r in self.folder.written if r.entity == entity and r.verdict in verdicts
        ]


@pytest.fixture(scope="module", params=[1, 2], ids=["one way", "another way"])
def built(request: pytest.FixtureRequest, builds: dict[int, Built]) -> Built:
    return builds[request.param]


@pytest.fixture(scope="module")
def builds(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Built]:
    groups = [group for shop in drawn_shops() for group in shop]
    result = {}
    for seed in (1, 2):
        work = tmp_path_factory.mktemp("properties")
        folder = arranged(work / "data", groups, seed)
        result[seed] = Built(folder, build_marts(folder.path, work, parsed, "--select", *SELECTION))
    return result


def utc(moment: Value) -> dt.datetime:
    """A moment in Moscow, which has been at UTC+3 since 2014, in UTC."""
    assert isinstance(moment, dt.datetime)
    return moment - dt.timedelta(hours=3)


# What must hold


def test_the_mixture_has_rows_of_every_fate(builds: dict[int, Built]):
    fates = Counter((r.entity, r.verdict) for _, _, _, r in builds[1].folder.written)
    assert {(entity, fate) for entity, fates in BREAKS.items() for fate in fates} < set(fates)
    assert fates["orders", LOADED] > 50
    assert fates["orders", COPY] > 5
    assert fates["orders", "order_id_conflict"] > 5


def test_every_good_order_is_loaded_with_its_exact_values(built: Built):
    expected = Counter(
        (o["order_id"], o["customer_id"] or None, utc(o["ordered_at"]), o["status"], o["amount"])
        for o in built.records("orders", LOADED)
    )
    found = built.rows(
        "select order_id, customer_id, ordered_at, status, amount from staging.stg_orders "
        "where rule_code is null"
    )
    assert Counter(found) == expected


def test_every_good_sale_is_in_the_marts_to_the_cent(built: Built):
    expected = Counter(
        (o["order_id"], o["customer_id"] or None, utc(o["ordered_at"]), o["ordered_at"].date(), o["amount"])
        for o in built.records("orders", LOADED)
        if o["status"] != "cancelled"
    )
    found = built.rows("select order_id, customer_id, ordered_at, order_date, revenue from marts.orders")
    assert Counter(found) == expected


def test_every_good_customer_is_loaded_with_the_name_as_written(built: Built):
    expected = Counter(
        (c["customer_id"], c["name"] or None, c["birth_date"]) for c in built.records("customers", LOADED)
    )
    found = built.rows(
        "select customer_id, name, birth_date from staging.stg_customers where rule_code is null"
    )
    assert Counter(found) == expected


def test_every_broken_row_is_in_quarantine_with_its_line_and_text(built: Built):
    expected = Counter(
        (r.entity, file, line_no, r.verdict, text)
        for file, line_no, text, r in built.folder.written
        if r.verdict not in (LOADED, COPY)
    )
    found = built.rows("select entity, file, line_no, rule_code, raw_text from quality.quarantine")
    assert Counter(found) == expected


def test_the_accounting_of_every_file_adds_up(built: Built):
    counts: dict[str, Counter[str]] = {file: Counter() for _, file in built.folder.files}
    for file, _, _, record in built.folder.written:
        counts[file][record.verdict if record.verdict in (LOADED, COPY) else "quarantined"] += 1
    expected = sorted(
        (entity, file, c.total(), c[LOADED], c["quarantined"], c[COPY])
        for (entity, file), c in zip(built.folder.files, counts.values(), strict=True)
    )
    assert expected == sorted(
        built.rows(
            "select entity, file, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
            "from quality.row_accounting"
        )
    )


def test_the_money_of_good_orders_is_what_is_booked(built: Built):
    good = built.records("orders", LOADED)
    booked = sum((o["amount"] for o in good), Decimal())
    nobody = sum(
        (o["amount"] for o in good if not o["customer_id"] and o["status"] != "cancelled"), Decimal()
    )
    bridge = dict(built.rows("select step, amount from quality.revenue_bridge"))
    assert booked > 0
    assert bridge["booked"] == booked
    assert bridge["revenue_of_nobody"] == nobody


def test_another_order_split_and_dialect_give_the_same_marts(builds: dict[int, Built]):
    before, anew = (built.rows("select * from marts.orders order by order_id") for built in builds.values())
    assert before
    assert before == anew
