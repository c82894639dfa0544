"""Tests of the generic data tests: what they must catch, and what they must pass."""

from __future__ import annotations

import re

import duckdb
import jinja2
import pytest

from scripts.intake import PROJECT


def found(test: str, table: str, **arguments: object) -> int:
    """How many rows a generic test of tests/generic finds in a table written as VALUES."""
    text = (PROJECT / "tests" / "generic" / f"{test}.sql").read_text("utf-8")
    body = re.search(r"\{% test \w+\((.*?)\) %\}(.*)\{% endtest %\}", text, re.DOTALL)
    assert body
    arguments = {"nullable": [], **arguments}
    sql = jinja2.Template(body.group(2)).render(model=table, **arguments)
    return len(duckdb.execute(sql).fetchall())


def table(*rows: str) -> str:
    return f"(select * from (values {', '.join(rows)}) as t (a, b))"


EMPTY = "(select 1 as a, 2 as b where false)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["(1, 1)", "(1, 2)", "(2, 1)"], 0),
        (["(1, 1)", "(1, 1)", "(2, 1)"], 1),
        (["(1, null)", "(2, 1)"], 1),
        (["(null, null)"], 1),
        (["(null, 1)", "(null, 1)"], 1),
    ],
)
def test_unique_key_finds_repeated_and_unknown_keys(rows: list[str], expected: int):
    assert found("unique_key", table(*rows), columns=["a", "b"]) == expected


def test_unique_key_lets_a_nullable_part_be_null_but_not_twice():
    arguments = {"columns": ["a", "b"], "nullable": ["b"]}
    assert found("unique_key", table("(1, null)", "(2, null)"), **arguments) == 0
    assert found("unique_key", table("(1, null)", "(1, null)"), **arguments) == 1
    assert found("unique_key", table("(null, 1)", "(2, 2)"), **arguments) == 1


def test_unique_key_passes_an_empty_table():
    assert found("unique_key", EMPTY, columns=["a"]) == 0


def test_one_row_passes_one_row_and_no_other_number():
    assert found("one_row", table("(1, 1)")) == 0
    assert found("one_row", table("(null, null)")) == 0
    assert found("one_row", EMPTY) == 1
    assert found("one_row", table("(1, 1)", "(1, 1)")) == 1


def test_holds_passes_what_is_true_in_every_row():
    assert found("holds", table("(1, 2)", "(3, 4)"), expression="a < b") == 0
    assert found("holds", EMPTY, expression="a < b") == 0


def test_holds_finds_every_row_where_it_is_false():
    assert found("holds", table("(1, 2)", "(4, 3)", "(5, 5)"), expression="a < b") == 2


def test_holds_takes_null_for_not_true():
    assert found("holds", table("(1, null)", "(1, 2)"), expression="a < b") == 1


def test_holds_judges_an_or_as_a_whole():
    assert found("holds", table("(1, 2)", "(2, 1)", "(3, 3)"), expression="a < b or a > b") == 1
