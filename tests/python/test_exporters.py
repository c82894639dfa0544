"""What was written for another tool is read back with it: the same rows, the same money, nothing more."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pantab
import pytest
from conftest import query

from scripts import publish
from scripts.catalogue import Disclosure, Table, literal, opened, read_catalogue, read_erase_list
from scripts.errors import LadderError, UsageError
from scripts.exporters import postgres
from scripts.intake import PROJECT
from scripts.publish import export_marts

TARGETS = ("postgres", "excel", "tableau", "duckdb")
FORMULA = "=cmd|'/c calc'!A1"
#: Texts that a spreadsheet, a shell, SQL or a text format could take for something else.
TEXTS = (
    FORMULA,
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'; drop table orders; --",
    "http://a.b",
    'Ё \\N \\. "',
    "a\0b",
)


@pytest.fixture(scope="module")
def warehouse(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's warehouse, with awkward texts in it and a list of next actions."""
    path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    shutil.copy(published / "warehouse.duckdb", path)
    with duckdb.connect(str(path)) as connection:
        ids = connection.execute("select order_id from marts.orders order by 1").fetchall()
        for text, (order_id,) in zip(TEXTS, ids, strict=False):
            connection.execute("update marts.orders set channel = ? where order_id = ?", [text, order_id])
        connection.execute(
            "update marts.address_book set name = ? "
            "where customer_id = (select min(customer_id) from marts.address_book where email is not null)",
            [FORMULA],
        )
        if not connection.execute("from duckdb_tables() where table_name = 'customer_actions'").fetchall():
            connection.execute(
                "create table marts.customer_actions as "
                "select customer_id, 'call' as action from marts.address_book"
            )
            connection.execute(
                "insert into quality.data_dictionary by name select 'marts' as schema_name, "
                "'customer_actions' as table_name, column_no, column_name, key_no, is_person, is_personal, "
                "false as is_step, 'One row per person.' as table_description, 'x' as description "
                "from (values (1, 'customer_id', 1, true, false), (2, 'action', null, false, false)) "
                "t(column_no, column_name, key_no, is_person, is_personal)"
            )
    return path


def export(*arguments: object, dsn: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.export", *map(str, arguments)],
        cwd=PROJECT,
        env=os.environ | {"DSN": dsn},
        capture_output=True,
        text=True,
        check=False,
    )


def exported(warehouse: Path, target: str, to: Path, *arguments: object) -> Path:
    done = export(target, "--warehouse", warehouse, "--to", to, *arguments)
    assert done.returncode == 0, done.stderr
    return to


def totals(warehouse: Path) -> dict[str, tuple[int, dict[str, Decimal]]]:
    """Rows of each mart that may leave, and the sums of its columns of money."""
    found = {}
    with opened(warehouse) as connection:
        for table in read_catalogue(connection):
            if table.schema == "marts" and table.name != "address_book":
                money = [c.name for c in table.columns if c.type.startswith("DECIMAL")]
                sums = ", ".join(["count(*)", *(f"sum({name})" for name in money)])
                ((rows, *values),) = connection.execute(f"select {sums} from marts.{table.name}").fetchall()
                found[table.name] = (rows, dict(zip(money, values, strict=True)))
    assert found["orders"][1]["revenue"] > 0
    return found


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_answers_to_help(target: str):
    done = export(target, "--help")
    assert done.returncode == 0, done.stderr
    assert "--erase" in done.stdout
    assert "--with-personal-data" in done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_warehouse_that_does_not_exist_is_one_sentence(target: str, tmp_path: Path):
    done = export(target, "--warehouse", tmp_path / "none.duckdb", dsn="host=/nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("Stopped: There is no ")
    assert done.stderr.count("\n") == 1


# Parquet and CSV


@pytest.fixture(scope="module")
def files(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    with opened(warehouse) as connection:
        export_marts(connection, Disclosure(connection), folder)
    return folder


def test_only_text_that_could_be_a_formula_is_marked_in_csv(files: Path):
    read = f"select channel from read_csv('{files}/orders.csv', all_varchar = true)"
    channels = {channel for (channel,) in duckdb.sql(read).fetchall()}
    assert {f"'{text}" for text in TEXTS[:5]} <= channels
    assert set(TEXTS[5:8]) <= channels
    told = f"select channel from read_parquet('{files}/orders.parquet')"
    assert set(TEXTS) <= {channel for (channel,) in duckdb.sql(told).fetchall()}, (
        "Parquet has them as they are"
    )


def test_numbers_below_zero_stay_numbers_in_csv(tmp_path: Path):
    with duckdb.connect() as connection:
        connection.execute("create schema core; create schema quality; create schema marts")
        connection.execute("create table core.run_context as select date '2024-01-31' as as_of_date")
        connection.execute("create table quality.customer_map (customer_id varchar, survivor_id varchar)")
        connection.execute("create table marts.m as select '-1' as note, -1.50::decimal(18, 2) as margin")
        connection.execute(
            "create table quality.data_dictionary as select 'marts' as schema_name, 'm' as table_name, "
            "unnest(['note', 'margin']) as column_name, null::int as key_no, false as is_person, "
            "false as is_personal, false as is_step, 'x' as table_description, 'x' as description"
        )
        export_marts(connection, Disclosure(connection), tmp_path)
    assert (tmp_path / "m.csv").read_text() == "note,margin\n'-1,-1.50\n"


def test_a_mart_too_long_for_a_spreadsheet_has_no_csv(warehouse: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(publish, "LONGEST_CSV", 30)
    with opened(warehouse) as connection:
        marts = export_marts(connection, Disclosure(connection), tmp_path)["marts"]
    assert marts["orders"]["csv"] is None
    assert marts["ltv_summary"]["csv"]["file"] == "ltv_summary.csv"
    written = {path.stem: marts[path.stem]["rows"] for path in tmp_path.glob("*.csv")}
    assert max(written.values()) <= 30
    assert set(written) == {name for name, mart in marts.items() if mart["csv"]}


def test_csv_and_parquet_have_the_same_rows_and_money(warehouse: Path, files: Path):
    for mart, (rows, sums) in totals(warehouse).items():
        columns = json.loads((files / "manifest.json").read_text("utf-8"))["marts"][mart]["columns"]
        types = json.dumps({c["name"]: c["type"] for c in columns}).replace('"', "'")
        for scan in (f"'{files}/{mart}.parquet'", f"read_csv('{files}/{mart}.csv', columns = {types})"):
            asked = ", ".join(["count(*)", *(f"sum({name})" for name in sums)])
            assert duckdb.sql(f"select {asked} from {scan}").fetchall() == [(rows, *sums.values())], scan


# Who and what leaves


def every_text(path: Path) -> set[str]:
    """All texts in a DuckDB file."""
    found: set[str] = set()
    with duckdb.connect(str(path), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall():
            for row in connection.execute(f"select * from {schema}.{table}").fetchall():
                found.update(value for value in row if isinstance(value, str))
    return found


@pytest.fixture(scope="module")
def people(warehouse: Path) -> list[tuple[str, str, str, str]]:
    """Two people: the id of one behind other ids, and a raw id of the other; with what they are called."""
    return query(
        warehouse,
        "select any_value(m.customer_id), c.name, c.phone, c.email from marts.address_book c "
        "join quality.customer_map m on m.survivor_id = c.customer_id and m.customer_id <> c.customer_id "
        f"where c.name <> {literal(FORMULA)} and c.phone is not null and c.email is not null "
        "group by c.customer_id, c.name, c.phone, c.email order by c.customer_id limit 2",
    )


def test_every_column_with_ids_of_people_is_known_as_one(warehouse: Path):
    with opened(warehouse) as connection:
        unknown = [
            f"{table.schema}.{table.name}.{column.name}"
            for table in read_catalogue(connection)
            for column in table.columns
            if column.type == "VARCHAR"
            and not column.is_person
            and connection.execute(
                f"select 1 from {table.schema}.{table.name} "
                f"where {column.quoted} in (select customer_id from quality.customer_map) limit 1"
            ).fetchall()
        ]
    assert unknown == [], "give them `config: {meta: {person: true}}`, or --erase leaves the ids in them"


def test_personal_data_stay_at_home_unless_asked_for(warehouse: Path, people: list, tmp_path: Path):
    found = every_text(exported(warehouse, "duckdb", tmp_path / "a.duckdb"))
    known = query(warehouse, "select unnest([name, phone, email]) from marts.address_book")
    known += query(warehouse, "select unnest([name, phone, email]) from staging.stg_customers")
    assert found & {text for (text,) in known} <= {FORMULA, None}
    texts = " ".join(found)
    told = " ".join(every_text(exported(warehouse, "duckdb", tmp_path / "b.duckdb", "--with-personal-data")))
    for _, name, phone, email in people:
        assert [part for part in (name, phone, email) if part in texts] == []
        assert [part for part in (name, phone, email) if part not in told] == []
    assert query(tmp_path / "a.duckdb", "from duckdb_tables() where table_name = 'address_book'") == []
    columns = query(tmp_path / "a.duckdb", "select column_name from (describe quality.quarantine)")
    assert ("raw_text",) not in columns


def test_an_erased_person_is_nowhere_and_the_sums_are_the_same(warehouse: Path, people: list, tmp_path: Path):
    asked = [people[0][0], people[1][0]]
    ids = {
        raw
        for (raw,) in query(
            warehouse,
            "select customer_id from quality.customer_map where survivor_id in (select survivor_id "
            f"from quality.customer_map where customer_id in ('{asked[0]}', '{asked[1]}'))",
        )
    }
    assert len(ids) >= 4, "each of the two has several ids"
    erase = tmp_path / "erase.txt"
    erase.write_text(f"# asked for in writing\n{asked[0]}\n\n{asked[1]}\nnobody-42\n", "utf-8")
    to = tmp_path / "erased.duckdb"
    options = ("--warehouse", warehouse, "--to", to, "--with-personal-data", "--erase", erase)
    done = export("duckdb", *options)
    assert done.returncode == 0, done.stderr
    assert "nobody-42" in done.stdout
    texts = every_text(to)
    assert ids & texts == set()
    gone = {part for _, _, *parts in people for part in parts}  # names are not theirs alone
    assert [text for text in texts if any(part in text for part in gone)] == []
    assert {"erased:1", "erased:2"} <= texts
    ((rows, sums),) = [totals(warehouse)["customer_facts"]]
    asked_sums = ", ".join(f"sum({name})" for name in sums)
    assert query(to, f"select count(*), {asked_sums} from marts.customer_facts") == [(rows, *sums.values())]
    assert query(to, "select count(*), count(distinct customer_id) from quality.customer_map") == query(
        warehouse, "select count(*), count(*) from quality.customer_map"
    )
    assert query(to, "select name, phone, email from marts.address_book where customer_id = 'erased:1'") == [
        (None, None, None)
    ]


def test_an_erase_list_that_is_not_there_is_bad_usage(warehouse: Path, tmp_path: Path):
    with pytest.raises(UsageError, match="erase list"):
        read_erase_list(tmp_path / "none.txt")


# DuckDB, Tableau


def test_the_duckdb_file_has_the_same_money_and_the_descriptions(warehouse: Path, tmp_path: Path):
    path = exported(warehouse, "duckdb", tmp_path / "new" / "copy.duckdb")
    for mart, (rows, sums) in totals(warehouse).items():
        asked = ", ".join(["count(*)", *(f"sum({name})" for name in sums)])
        assert query(path, f"select {asked} from marts.{mart}") == [(rows, *sums.values())]
    said = query(
        path, "select comment from duckdb_columns() where table_name = 'orders' and column_name = 'cost'"
    )
    assert said == query(
        warehouse,
        "select description from quality.data_dictionary "
        "where table_name = 'orders' and column_name = 'cost'",
    )
    assert [p.name for p in path.parent.iterdir()] == ["copy.duckdb"], "nothing else is left"


def test_tableau_reads_the_same_rows_and_money(warehouse: Path, tmp_path: Path):
    path = exported(warehouse, "tableau", tmp_path / "marts.hyper")
    assert not (PROJECT / "hyperd.log").exists()
    expected = {}
    for mart, (rows, sums) in totals(warehouse).items():
        expected |= {(mart, "count(*)"): rows} | {(mart, f"sum({c})"): value for c, value in sums.items()}
    asked = " union all ".join(
        f"select '{mart}' as mart, '{asked}' as asked, cast({asked} as numeric(38, 6)) as found "
        f"from marts.{mart}"
        for mart, asked in expected
    )
    read = {"return_type": "pyarrow", "process_params": {"log_dir": str(tmp_path)}}
    found = pantab.frame_from_hyper_query(path, asked, **read).to_pylist()
    assert {(row["mart"], row["asked"]): row["found"] for row in found} == expected
    orders = pantab.frame_from_hyper(path, table=("marts", "orders"), **read)
    assert set(TEXTS) - {"a\0b"} <= set(orders.column("channel").to_pylist())


# Excel


@pytest.fixture(scope="module")
def workbook(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(warehouse, "excel", tmp_path_factory.mktemp("excel") / "marts.xlsx")


def cells(sheet: openpyxl.worksheet.worksheet.Worksheet) -> Iterator[dict]:
    """The rows of a mart's sheet as dicts."""
    headings, *records = sheet.iter_rows(values_only=True)
    return (dict(zip(headings, record, strict=True)) for record in records)


def test_the_workbook_has_every_mart_to_the_cent(warehouse: Path, workbook: Path):
    book = openpyxl.load_workbook(workbook)
    for mart, (rows, sums) in totals(warehouse).items():
        records = list(cells(book[mart]))
        assert len(records) == rows, mart
        for name, value in sums.items():
            found = [r[name] for r in records if r[name] is not None]
            total = sum((Decimal(repr(v)).quantize(Decimal("1e-6")) for v in found), Decimal(0))
            assert (total if found else None) == value, f"{mart}.{name}"


def test_nothing_in_the_workbook_is_a_formula_or_a_link(workbook: Path):
    book = openpyxl.load_workbook(workbook)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert [link for sheet in book for link in sheet._hyperlinks] == []
    assert set(TEXTS[:8]) <= {record["channel"] for record in cells(book["orders"])}


def test_the_owner_sees_summary_ladder_lists_cohorts_and_charts(warehouse: Path, workbook: Path):
    book = openpyxl.load_workbook(workbook)
    lists = ["Next actions", "Tasks of managers", "Whom to greet"]
    owner = ["Summary", "Ladder", "Retention", "Cohorts", "Segments"]
    assert book.sheetnames[:9] == [*owner, *lists, "Tables"]
    summary = dict(row[:2] for row in book["Summary"].iter_rows(min_row=3, values_only=True))
    ((revenue,),) = query(warehouse, "select sum(revenue) from marts.customer_facts")
    assert Decimal(str(summary["Revenue"])) == revenue
    assert [len(book[name]._charts) for name in owner] == [1, 2, 1, 0, 1]
    assert book["orders"].freeze_panes == "B2"
    revenue_cell = next(c for c in book["orders"][1] if c.value == "revenue")
    assert book["orders"].cell(2, revenue_cell.column).number_format == "#,##0.00"


def test_the_heat_map_leaves_out_the_month_that_is_not_over(warehouse: Path, tmp_path: Path):
    shop = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, shop)
    with duckdb.connect(str(shop)) as connection:  # the demo ends with a month
        connection.execute(
            "update marts.cohort_retention set is_complete = false where period_grain = 'month' and period = "
            "(select max(period) from marts.cohort_retention where period_grain = 'month')"
        )
    sheet = openpyxl.load_workbook(exported(shop, "excel", tmp_path / "marts.xlsx"))["Cohorts"]
    looks = {rule.type: range_ for range_ in sheet.conditional_formatting for rule in range_.rules}
    of_month = "from marts.cohort_retention where period_grain = 'month' and age > 0 and"
    for kind, is_complete in (("colorScale", "is_complete"), ("notContainsBlanks", "not is_complete")):
        ((cells_of_it,),) = query(shop, f"select count(*) {of_month} {is_complete}")
        painted = [cell for range_ in looks[kind].cells.ranges for row in range_.rows for cell in row]
        assert len(painted) == cells_of_it, kind
    assert sheet["A3"].value.startswith("In italics")


def test_a_list_has_its_words_and_the_most_pressing_first(warehouse: Path, tmp_path: Path):
    to = exported(warehouse, "excel", tmp_path / "ru.xlsx", "--language", "ru")
    records = list(cells(openpyxl.load_workbook(to)["Что делать"]))
    listed = query(
        warehouse,
        "select a.priority, a.customer_id, r.label_ru, s.label_ru, t.label_ru, a.reason_ru "
        "from marts.customer_actions a join core.labels r on r.kind = 'rung' and r.code = a.rung "
        "join core.labels s on s.kind = 'strategy' and s.code = a.strategy "
        "join core.labels t on t.kind = 'action' and t.code = a.action order by 1, 2",
    )
    columns = ("Очередь", "Клиент", "Ступень", "Стратегия", "Что делать", "Почему")
    assert [tuple(record[name] for name in columns) for record in records] == listed
    assert not [name for name in records[0] if "_" in name]


def test_a_list_has_names_and_phones_only_where_asked_for(warehouse: Path, workbook: Path, tmp_path: Path):
    to = exported(warehouse, "excel", tmp_path / "ru.xlsx", "--language", "ru", "--with-personal-data")
    book = openpyxl.load_workbook(to)
    assert book.sheetnames[:6] == ["Сводка", "Лестница", "Удержание", "Когорты", "Сегменты", "Что делать"]
    records = list(cells(book["Что делать"]))
    assert FORMULA in {record["Имя"] for record in records}
    assert sum(record["Телефон"] is not None for record in records) > 10
    unasked = next(cells(openpyxl.load_workbook(workbook)["Next actions"])).keys()
    assert {"Name", "Phone", "E-mail"} & unasked == set()
    assert "address_book" not in openpyxl.load_workbook(workbook).sheetnames


def test_a_mart_with_too_many_rows_is_named_and_not_cut(warehouse: Path, tmp_path: Path):
    to = exported(warehouse, "excel", tmp_path / "short.xlsx", "--most-rows", 30)
    book = openpyxl.load_workbook(to)
    told = {
        name: (rows, sheet) for name, rows, sheet, _ in book["Tables"].iter_rows(min_row=2, values_only=True)
    }
    assert "orders" not in book.sheetnames
    assert told["orders"] == (totals(warehouse)["orders"][0], "too many rows: see OUT/exports")
    assert "ltv_summary" in book.sheetnames
    assert told["ltv_summary"] == (1, "yes")


def test_the_same_marts_give_the_same_workbook(warehouse: Path, workbook: Path, tmp_path: Path):
    assert exported(warehouse, "excel", tmp_path / "again.xlsx").read_bytes() == workbook.read_bytes()


# PostgreSQL


class Server:
    """A PostgreSQL server of one's own, in a folder, without a port."""

    def __init__(self, bin_folder: Path):
        self.bin = bin_folder
        self.folder = Path(tempfile.mkdtemp(prefix="ladder-pg-"))
        self.dsn = f"host={self.folder} user=owner dbname=postgres password=secret"
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        self.as_owner(
            "initdb", "-D", self.folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        sockets = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self.as_owner(
            "pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", sockets, "start"
        )

    def as_owner(self, command: str, *arguments: object) -> None:
        change = [] if os.geteuid() else ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [*change, self.bin / command, *map(str, arguments)], check=True, capture_output=True, cwd="/"
        )

    def psql(self, sql: str) -> subprocess.Popen[str]:
        command = [self.bin / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", self.dsn, "-c", sql]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, sql: str) -> list[list[str]]:
        asked = self.psql(sql)
        printed, complaint = asked.communicate(timeout=60)
        assert asked.returncode == 0, complaint
        return [line.split("|") for line in printed.splitlines()]

    def wait_for(self, sql: str) -> None:
        """Wait until a query finds something."""
        until = time.monotonic() + 60
        while not self.ask(sql):
            assert time.monotonic() < until, sql
            time.sleep(0.05)

    @contextmanager
    def holding(self, lock: str) -> Iterator[None]:
        """Hold a lock in another session."""
        holder = self.psql(f"select {lock}; select pg_sleep(600)")
        self.wait_for("select 1 from pg_stat_activity where wait_event = 'PgSleep'")
        yield
        self.ask("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")
        holder.communicate(timeout=60)

    def stop(self) -> None:
        self.as_owner("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL server; skipped where the machine has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in [shutil.which("initdb")] if path
    ]
    if not found:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt install postgresql)")
    if getpass.getuser() == "root" and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL does not run as root, and there is no setpriv to be somebody else")
    running = Server(found[-1].parent)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def loaded(server: Server, warehouse: Path) -> Server:
    done = export("postgres", "--warehouse", warehouse, "--reader", "loyalty_reader", dsn=server.dsn)
    assert done.returncode == 0, done.stderr
    return server


def load(server: Server, warehouse: Path, *more: Table, reader: str = "") -> tuple[str, ...]:
    with opened(warehouse) as connection:
        disclosure = Disclosure(connection)
        tables = (*disclosure.tables(read_catalogue(connection)), *more)
        return postgres.export_postgres(connection, disclosure, tables, server.dsn, reader)


def test_postgres_has_the_same_rows_and_money(loaded: Server, warehouse: Path):
    for mart, (rows, sums) in totals(warehouse).items():
        asked = ", ".join(["count(*)", *(f"sum({name})" for name in sums)])
        found = loaded.ask(f"select {asked} from marts.{mart}")
        assert found == [[str(rows), *("" if value is None else str(value) for value in sums.values())]], mart


def test_postgres_has_the_texts_as_they_are(loaded: Server):
    for text in (*TEXTS[:8], "a\ufffdb"):
        literal = text.replace("'", "''")
        assert loaded.ask(f"select count(*) from marts.orders where channel = '{literal}'") == [["1"]], text


def test_postgres_has_indexes_on_keys_and_the_descriptions(loaded: Server, warehouse: Path):
    keys = query(
        warehouse,
        "select table_name, string_agg(column_name, ', ' order by column_name <> 'customer_id', key_no) "
        "from quality.data_dictionary where key_no is not null and schema_name = 'marts' "
        "and table_name <> 'address_book' and not is_step group by 1",
    )
    made = {(table, keyed) for table, keyed in loaded.ask(
        "select tablename, substring(indexdef from '\\((.*)\\)') from pg_indexes "
        "where schemaname = 'marts' and indexdef like 'CREATE UNIQUE%'"
    )}  # fmt: skip
    assert made == set(keys)
    assert len(made) > 15
    (described,) = query(
        warehouse,
        "select table_description, description from quality.data_dictionary "
        "where table_name = 'customer_facts' and column_name = 'aov'",
    )
    said = loaded.ask(
        "select obj_description(c.oid), col_description(c.oid, a.attnum) from pg_class c "
        "join pg_attribute a on a.attrelid = c.oid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'marts' and c.relname = 'customer_facts' and a.attname = 'aov'"
    )
    assert said == [list(described)]


def test_the_reader_may_read_and_no_more(loaded: Server):
    assert int(loaded.ask("set role loyalty_reader; select count(*) from marts.orders")[0][0]) > 0
    for statement in (
        "delete from marts.orders",
        "create table marts.x (a int)",
        "drop table quality.quarantine",
    ):
        refused = loaded.psql(f"set role loyalty_reader; {statement}")
        assert "ERROR" in refused.communicate(timeout=60)[1], statement


def test_who_could_read_still_can_and_nobody_else_is_made_a_reader(loaded: Server, warehouse: Path):
    roles = "select rolname from pg_roles where rolname not like 'pg\\_%' order by 1"
    before = loaded.ask(roles)
    loaded.ask(
        "create role analyst; grant usage on schema quality to analyst; "
        "grant select on quality.findings to analyst"
    )
    load(loaded, warehouse)
    for role, asked in (("loyalty_reader", "marts.orders"), ("analyst", "quality.findings")):
        assert int(loaded.ask(f"set role {role}; select count(*) from {asked}")[0][0]) > 0
    for asked in ("marts.orders", "quality.quarantine"):
        refused = loaded.psql(f"set role analyst; select count(*) from {asked}")
        assert "permission denied" in refused.communicate(timeout=60)[1]
    assert loaded.ask(roles) == sorted([*before, ["analyst"]])


def test_a_lost_connection_is_a_sentence_and_the_old_tables_stay(
    loaded: Server, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    total = "select sum(revenue) from marts.orders"
    before = loaded.ask(total)
    swap = postgres._swap

    def cut_off(*arguments: object) -> object:
        loaded.ask(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        return swap(*arguments)

    monkeypatch.setattr(postgres, "_swap", cut_off)
    with pytest.raises(LadderError, match=r"^PostgreSQL refused: .+\. Nothing was changed\.$"):
        load(loaded, warehouse)
    assert loaded.ask(total) == before


def test_personal_data_do_not_reach_postgres_unasked(loaded: Server):
    asked = "select count(*) from information_schema.columns where table_schema in ('marts', 'quality') "
    assert loaded.ask(f"{asked} and (table_name = 'address_book' or column_name = 'raw_text')") == [["0"]]


def test_readers_read_on_while_tables_are_replaced(loaded: Server, warehouse: Path, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 200)
    total = "select sum(revenue) from marts.orders"
    (before,) = loaded.ask(total)
    (old,) = loaded.ask("select 'marts.orders'::regclass::oid")
    with loaded.holding("pg_advisory_lock(1)"):
        long = loaded.psql(
            f"with waited as materialized (select pg_advisory_lock(1)) select ({total}) from waited"
        )
        loaded.wait_for(f"select 1 from pg_locks where relation = {old[0]} and granted")
        notes = load(loaded, warehouse)
        assert len(notes) == 1, "the reader still had the old tables"
        assert loaded.ask(total) == [before], "new readers do not wait"
        assert loaded.ask("select 'marts.orders'::regclass::oid") != [old]
    printed, complaint = long.communicate(timeout=60)
    assert (printed.split(), complaint) == (before, "")
    assert load(loaded, warehouse) == ()
    assert loaded.ask("select nspname from pg_namespace where nspname ~ '_(old|new)$'") == []


def test_a_load_that_fails_changes_nothing(loaded: Server, warehouse: Path):
    before = loaded.ask("select oid from pg_class where relname = 'orders'")
    with pytest.raises(LadderError, match="Nothing was changed"):
        load(loaded, warehouse, Table("marts", "not_there", "x", ()))
    assert loaded.ask("select oid from pg_class where relname = 'orders'") == before
    assert loaded.ask("select nspname from pg_namespace where nspname ~ '_(old|new)$'") == []


def test_two_loads_at_once_are_told_apart(loaded: Server, warehouse: Path):
    with loaded.holding("pg_advisory_lock(hashtext('loyalty_ladder'))"):
        done = export("postgres", "--warehouse", warehouse, dsn=loaded.dsn)
    assert done.returncode == 2
    assert done.stderr == "Stopped: Another export is writing to this database; wait for it.\n"


def test_what_is_not_ours_is_not_replaced(loaded: Server, warehouse: Path):
    loaded.ask("create schema mine; create view mine.seen as select * from marts.orders")
    with pytest.raises(UsageError, match=r"view mine\.seen stands on"):
        load(loaded, warehouse)
    loaded.ask("drop schema mine cascade; comment on schema marts is 'somebody else''s'")
    with pytest.raises(UsageError, match="schema marts that is not this project's"):
        load(loaded, warehouse)
    loaded.ask(f"comment on schema marts is '{postgres.MARK}'")
    assert load(loaded, warehouse) == ()


def test_a_server_that_is_not_there_is_said_without_the_password(warehouse: Path):
    done = export("postgres", "--warehouse", warehouse, dsn="host=/nowhere user=u password=secret dbname=d")
    assert done.returncode == 2
    assert done.stderr.startswith("Stopped: PostgreSQL cannot be reached: connection to server")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stdout + done.stderr
