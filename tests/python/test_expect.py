"""The expectation suites: each finds its mart, and each catches a bad export."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from scripts import expect
from scripts.errors import CheckFailedError

MARTS = sorted(path.stem for path in expect.SUITES.glob("*.json"))


def expectations(mart: str) -> list[tuple[str, dict]]:
    suite = json.loads((expect.SUITES / f"{mart}.json").read_text("utf-8"))
    return [item for entry in suite for item in entry.items()]


def arguments(mart: str, name: str) -> list[dict]:
    return [given for found, given in expectations(mart) if found == name]


def fixed_columns(mart: str) -> list[str]:
    return arguments(mart, "expect_table_columns_to_match_set")[0]["column_set"]


@pytest.fixture
def judged(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """Judge one mart whose export is given as a query on the good one, `good`."""

    def judge(mart: str, bad: str) -> str:
        suites = tmp_path / "suites"
        suites.mkdir()
        shutil.copy(expect.SUITES / f"{mart}.json", suites)
        monkeypatch.setattr(expect, "SUITES", suites)
        with duckdb.connect() as connection:
            connection.execute(f"create view good as from '{published}/exports/{mart}.parquet'")
            connection.execute(f"copy ({bad}) to '{tmp_path}/{mart}.parquet' (format parquet)")
        with pytest.raises(CheckFailedError) as error:
            expect.expect(tmp_path)
        return str(error.value)

    return judge


def test_there_are_suites():
    assert len(MARTS) >= 15


@pytest.mark.parametrize("mart", MARTS)
def test_every_suite_has_its_mart_among_the_exports(published: Path, mart: str):
    assert (published / "exports" / f"{mart}.parquet").exists()


def test_good_exports_meet_every_suite_however_often_they_are_judged(published: Path):
    first, second = (expect.expect(published / "exports") for _ in range(2))
    assert len(first) > 50
    assert first == second


@pytest.mark.parametrize("mart", MARTS)
def test_a_row_that_comes_twice_is_caught(judged, mart: str):
    assert f"{mart}.parquet" in judged(mart, "from good union all from good")


@pytest.mark.parametrize("mart", MARTS)
def test_a_missing_column_is_caught(judged, mart: str):
    column = fixed_columns(mart)[-1]
    message = judged(mart, f"select * exclude ({column}) from good")
    assert f"{mart}.parquet" in message
    assert column in message


WITH_NOT_NULL = [m for m in MARTS if arguments(m, "expect_column_values_to_not_be_null")]


@pytest.mark.parametrize("mart", WITH_NOT_NULL)
def test_a_null_is_caught(judged, mart: str):
    column = arguments(mart, "expect_column_values_to_not_be_null")[0]["column"]
    message = judged(mart, f"select * replace (null as {column}) from good")
    assert f"{mart}.parquet" in message


WITH_RANGE = [m for m in MARTS if arguments(m, "expect_column_values_to_be_between")]


@pytest.mark.parametrize("mart", WITH_RANGE)
def test_a_value_out_of_range_is_caught(judged, mart: str):
    given = arguments(mart, "expect_column_values_to_be_between")[0]
    beyond = given["max_value"] + 1 if "max_value" in given else given["min_value"] - 1
    column = given["column"]
    message = judged(mart, f"select * replace ({beyond} as {column}) from good")
    assert f"{mart}.parquet" in message
    assert "expect_column_values_to_be_between" in message


WITH_SET = [m for m in MARTS if arguments(m, "expect_column_values_to_be_in_set")]


@pytest.mark.parametrize("mart", WITH_SET)
def test_a_word_out_of_its_set_is_caught(judged, mart: str):
    column = arguments(mart, "expect_column_values_to_be_in_set")[0]["column"]
    message = judged(mart, f"select * replace ('?' as {column}) from good")
    assert f"{mart}.parquet" in message


def test_a_missing_export_is_caught(published: Path, tmp_path: Path):
    for path in (published / "exports").glob("*.parquet"):
        shutil.copy(path, tmp_path)
    (tmp_path / "customer_facts.parquet").unlink()
    with pytest.raises(CheckFailedError, match=r"customer_facts\.parquet was not written"):
        expect.expect(tmp_path)
