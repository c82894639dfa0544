"""The same marts on Apache Spark. What needs no Spark is tested everywhere."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import duckdb
import pytest

from scripts.demo import generate
from scripts.intake import PROJECT, read_intake
from scripts.land import land
from scripts.parity import compare
from scripts.spark import export_raw, sources

MACROS = "\n".join(path.read_text("utf-8") for path in (PROJECT / "macros").rglob("*.sql"))
DISPATCHED = sorted(set(re.findall(r"adapter\.dispatch\('(\w+)'", MACROS)))
SPARK_PYTHON = PROJECT / ".venv-spark" / "bin" / "python"


@pytest.mark.parametrize("name", DISPATCHED)
def test_what_is_dispatched_is_said_in_both_dialects(name: str):
    for engine in ("duckdb", "spark"):
        assert f"macro {engine}__{name}(" in MACROS


def test_the_letters_of_spark_are_composed_as_unicode_has_it():
    text = (PROJECT / "macros/dialect/unicode.sql").read_text("utf-8")
    marks = re.findall(r"\('\\\\u([0-9a-f]{4})', '([^']+)'\)", text)
    pairs = [(m, s[n], s[n + 1]) for m, s in marks for n in range(0, len(s), 2)]
    assert len(pairs) > 500
    for mark, letter, composed in pairs:
        assert unicodedata.normalize("NFC", letter + chr(int(mark, 16))) == composed


def test_letters_with_several_marks_are_composed_in_two_passes():
    text = (PROJECT / "macros/dialect/unicode.sql").read_text("utf-8")
    marks = re.findall(r"\('\\\\u([0-9a-f]{4})', '([^']+)'\)", text)
    for _, letters in marks:
        for composed in letters[1::2]:
            so_far = unicodedata.normalize("NFD", composed)
            for mark, known in marks * 2:
                for n in range(0, len(known), 2):
                    so_far = so_far.replace(known[n] + chr(int(mark, 16)), known[n + 1])
            assert so_far == composed


@pytest.fixture
def two_sides(tmp_path: Path):
    """A table of DuckDB, and the same as Spark would have left it; returns a function that compares them."""

    def compared(ours: str, theirs: str):
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute("create schema marts")
            connection.execute(f"create table marts.m as {ours}")
            folder = tmp_path / "spark" / "marts.db" / "m"
            folder.mkdir(parents=True)
            connection.execute(f"copy ({theirs}) to '{folder}/part-0.parquet' (format parquet)")
        return compare(tmp_path / "w.duckdb", tmp_path / "spark", {"marts.m": ["id", "part"]})

    return compared


ROWS = (
    "select * from (values (1, null, 1.50, 0.1::double), (2, 'a', null, null)) as t(id, part, money, share)"
)


def test_equal_tables_have_no_differing_cell(two_sides):
    parity = two_sides(ROWS, ROWS.replace("0.1::double", "0.1::double + 1e-12"))
    assert str(parity) == "1 marts, 8 cells, 0 differ"


@pytest.mark.parametrize(
    ("cell", "instead"),
    [
        ("1.50", "1.51"),
        ("0.1::double", "0.1001::double"),
        ("'a', null, null", "'a', 0.00, null"),
        ("null, null)", "null, 1)"),
    ],
)
def test_a_cell_that_differs_is_found_and_named(two_sides, cell: str, instead: str):
    parity = two_sides(ROWS, ROWS.replace(cell, instead))
    assert parity.differ == 1
    assert "marts.m." in parity.examples[0] and "1 rows, as where id = " in parity.examples[0]


def test_all_cells_of_a_row_on_one_side_only_differ(two_sides):
    parity = two_sides(ROWS, f"{ROWS} where id = 1")
    assert (parity.cells, parity.differ) == (8, 4)


def test_a_column_on_one_side_only_is_found(two_sides):
    assert two_sides(ROWS, "select id, part, money from (" + ROWS + ")").differ == 4


def test_spark_reads_what_was_landed_row_for_row(tmp_path: Path):
    generate(tmp_path / "demo", size=0.02)
    land(read_intake(tmp_path / "demo"), tmp_path / "w.duckdb")
    export_raw(tmp_path / "w.duckdb", tmp_path / "raw")
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        for table in sources():
            query = "select count(*) from {}"
            there = connection.execute(query.format(f"'{tmp_path}/raw/{table}/*.parquet'")).fetchone()
            assert there == connection.execute(query.format(f"raw.{table}")).fetchone(), table
        texts = f"select order_id, _line, _raw_text from '{tmp_path}/raw/orders/*.parquet'"
        assert not connection.execute(
            f"{texts} except select order_id, _line, _raw_text from raw.orders"
        ).fetchall()


def test_the_marts_of_spark_are_those_of_duckdb(tmp_path: Path):
    python = sys.executable if importlib.util.find_spec("pyspark") else str(SPARK_PYTHON)
    if not Path(python).exists():
        pytest.skip("Spark is not installed; `make spark` installs it")
    if not shutil.which("java"):
        pytest.skip("there is no Java here")
    done = subprocess.run(
        [python, "-m", "scripts.spark", "--size", "0.1", "--out", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d\d+ marts, \d{4,} cells, 0 differ$", done.stdout, re.M), done.stdout
