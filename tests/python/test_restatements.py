"""What a second run says about the publication it replaces."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from conftest import LOADED_ON, hashes, query, run_command, write_orders

from scripts.intake import read_intake
from scripts.land import land
from scripts.previous import copy_previous, create_tables
from scripts.run import restated

HEADER = "order_id,customer_id,ordered_at,status,amount,cost"
FIRST = (
    "o1,C1,2024-01-05,paid,100,60",
    "o2,C2,2024-01-20,paid,40,20",
    "o3,C1,2024-02-10,paid,70,30",
    "o4,C2,2024-02-11,paid,10,5",
    "o5,C3,2024-03-15,paid,50,25",
)
#: Against FIRST: o1 costs more, o4 is cancelled, o6 of January is late, o7 lies after what was published.
SECOND = (
    "o1,C1,2024-01-05,paid,110,60",
    *FIRST[1:3],
    "o4,C2,2024-02-11,cancelled,10,5",
    FIRST[4],
    "o6,C3,2024-01-31,paid,25,15",
    "o7,C4,2024-03-16,paid,5,1",
)
REFUNDS = "refund_id,order_id,refunded_at,amount\nr1,o3,2024-03-16,20\n"
LISTED = "select measure, month(month), cause, old, new, change from quality.restatements order by all"


def write_shop(folder: Path, *orders: str) -> Path:
    return write_orders(folder, *orders, header=HEADER)


def run_again(data: Path, out: Path, *arguments: object) -> str:
    """Run, and return what was printed."""
    done = run_command("--data", data, "--out", out, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Whole runs: a shop is published, and published again after its files have changed.


class Runs:
    """Publications of one data folder, each over a copy of an earlier one, and what was printed."""

    def __init__(self, folder: Path):
        data = write_shop(folder / "data", *FIRST)
        self.out = {name: folder / name for name in ("first", "second", "sent again", "back", "damaged")}
        self.said = {"first": run_again(data, self.out["first"])}
        write_shop(data, *SECOND)
        (data / "refunds.csv").write_text(REFUNDS, "utf-8")
        self.publish_over("second", "first", data)
        (data / "orders_2.csv").write_text(f"{HEADER}\n{FIRST[2]}\n", "utf-8")
        with ThreadPoolExecutor(2) as pool:
            again = pool.submit(self.publish_over, "sent again", "second", data)
            back = pool.submit(self.publish_over, "back", "second", data, "--as-of", "2024-02-10")
            damaged = pool.submit(self.publish_over, "damaged", "second", data, damage=True)
        for done in (again, back, damaged):
            done.result()

    def publish_over(
        self, name: str, last: str, data: Path, *arguments: object, damage: bool = False
    ) -> None:
        shutil.copytree(self.out[last], self.out[name])
        if damage:
            (self.out[name] / "warehouse.duckdb").write_bytes(b"no warehouse" * 1000)
        self.said[name] = run_again(data, self.out[name], *arguments)

    def restatements(self, name: str) -> list[tuple]:
        return query(self.out[name] / "warehouse.duckdb", LISTED)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("restatements"))


def test_a_first_publication_restates_nothing(runs: Runs):
    assert runs.restatements("first") == []
    assert "already published" not in runs.said["first"]
    assert "Note" not in runs.said["first"]


def test_what_changed_in_published_months_is_listed_with_its_cause(runs: Runs):
    found = [(*row[:3], *map(float, row[3:])) for row in runs.restatements("second")]
    assert found == [
        ("customers", 1, "late_order", 2, 3, 1),
        ("customers", 2, "withdrawn_order", 2, 1, -1),
        ("margin", 1, "changed_order", 60, 80, 10),
        ("margin", 1, "late_order", 60, 80, 10),
        ("margin", 2, "refund", 45, 20, -20),
        ("margin", 2, "withdrawn_order", 45, 20, -5),
        ("new_customers", 1, "late_order", 2, 3, 1),
        ("new_customers", 3, "late_order", 1, 0, -1),
        ("orders", 1, "late_order", 2, 3, 1),
        ("orders", 2, "withdrawn_order", 2, 1, -1),
        ("refunded_amount", 2, "refund", 0, 20, 20),
        ("revenue", 1, "changed_order", 140, 175, 10),
        ("revenue", 1, "late_order", 140, 175, 25),
        ("revenue", 2, "refund", 80, 50, -20),
        ("revenue", 2, "withdrawn_order", 80, 50, -10),
    ]


def test_the_run_says_how_many_months_have_changed(runs: Runs):
    assert "3 months already published have changed: quality.restatements says why." in runs.said["second"]


@pytest.mark.parametrize(
    ("months", "check_only", "sentence"),
    [
        (1, False, "1 month already published has changed: quality.restatements says why."),
        (2, False, "2 months already published have changed: quality.restatements says why."),
        (1, True, "1 month already published would change."),
    ],
)
def test_a_check_says_what_would_change(months: int, check_only: bool, sentence: str):
    assert restated(months, check_only) == sentence


def test_restatements_are_published_beside_the_quarantine(runs: Runs):
    lines = (runs.out["second"] / "quality" / "restatements.csv").read_text("utf-8").splitlines()
    assert lines[0] == "measure,month,old,new,cause,change,orders"
    assert lines[1] == "customers,2024-01-01,2.00,3.00,late_order,1.00,1"
    assert len(lines) == 1 + 15


def test_rows_sent_again_restate_nothing(runs: Runs):
    assert "Nothing has changed" not in runs.said["sent again"]
    assert runs.restatements("sent again") == []
    second, again = (
        {path: code for path, code in hashes(runs.out[name]).items() if path.startswith("exports/")}
        for name in ("second", "sent again")
    )
    assert second == again


def test_looking_back_neither_later_orders_nor_later_refunds_are_restated(runs: Runs):
    assert runs.restatements("back") == []
    assert "already published" not in runs.said["back"]


def test_a_damaged_last_publication_is_replaced_and_the_run_says_so(runs: Runs):
    assert "Note: warehouse.duckdb of the last output cannot be read" in runs.said["damaged"]
    assert runs.restatements("damaged") == []


# What is taken along.


@pytest.fixture
def landed(tmp_path: Path) -> Path:
    """A landed shop, with nothing of a last publication yet."""
    warehouse = tmp_path / "new.duckdb"
    land(read_intake(write_shop(tmp_path / "data", *FIRST)), warehouse, loaded_on=LOADED_ON)
    return warehouse


def taken_along(warehouse: Path) -> int:
    tables = "previous_run", "previous_orders", "previous_full_refunds", "previous_customer_map"
    return sum(query(warehouse, f"select count(*) from raw.{table}")[0][0] for table in tables)


def origin_of(folder: Path, warehouse: Path) -> None:
    """Make a warehouse one of this data folder."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop schema raw cascade; create schema raw")
        create_tables(connection, folder)


def test_the_landing_leaves_empty_tables_for_the_last_publication(landed: Path):
    assert taken_along(landed) == 0


def test_no_path_is_kept(landed: Path, tmp_path: Path):
    ((kept,),) = query(landed, "select data_folder_hash from raw.origin")
    assert len(kept) == 64
    assert str(tmp_path) not in kept


def test_a_publication_of_another_data_folder_is_not_compared(runs: Runs, landed: Path):
    note = copy_previous(landed, runs.out["second"] / "warehouse.duckdb")
    assert note is not None
    assert "another data folder" in note
    assert taken_along(landed) == 0


def test_a_publication_of_the_same_data_folder_is_taken_along(runs: Runs, landed: Path, tmp_path: Path):
    last = Path(shutil.copy(runs.out["second"] / "warehouse.duckdb", tmp_path / "it's last.duckdb"))
    origin_of(tmp_path / "data", last)
    assert copy_previous(landed, last) is None
    assert query(landed, "select * from raw.previous_run") == [(dt.date(2024, 3, 16), None)]
    assert query(landed, "select count(*), sum(revenue) from raw.previous_orders") == [(6, 280)]
    assert query(landed, "select count(*) from raw.previous_customer_map") == [(4,)]


def test_a_publication_that_lacks_a_column_is_not_taken_along_in_part(
    runs: Runs, landed: Path, tmp_path: Path
):
    last = Path(shutil.copy(runs.out["second"] / "warehouse.duckdb", tmp_path / "last.duckdb"))
    origin_of(tmp_path / "data", last)
    with duckdb.connect(str(last)) as connection:
        connection.execute("alter table quality.customer_map drop survivor_id")
    note = copy_previous(landed, last)
    assert note is not None
    assert "another version" in note
    assert taken_along(landed) == 0


def test_a_publication_that_somebody_is_writing_to_is_not_compared(runs: Runs, landed: Path, tmp_path: Path):
    last = Path(shutil.copy(runs.out["second"] / "warehouse.duckdb", tmp_path / "last.duckdb"))
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(last)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        note = copy_previous(landed, last)
        other.communicate("\n")
    assert note is not None
    assert "cannot be read" in note
    assert taken_along(landed) == 0
