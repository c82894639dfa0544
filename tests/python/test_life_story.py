"""The life story: builds tests/golden/life/data and compares it with the tables of its README.

Then it looks back: as of any earlier day the history must be what it was then, for Vera and a shop at random.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import build_marts
from test_golden import Book, as_text, read_books

from scripts.build import build
from scripts.intake import PROJECT, read_intake
from scripts.land import land

LIFE = PROJECT / "tests" / "golden" / "life"
LOADED_ON = dt.date(2025, 1, 15)
BOOKS = read_books((LIFE / "README.md").read_text("utf-8"))
#: A day before, on and after something happens.
EARLIER = ("2023-07-01", "2024-01-05", "2024-01-06", "2024-03-01", "2024-06-20")
HISTORY = "ladder, customer_id, rung_no, valid_from, rule_id, direction, is_imputed"
START = dt.date(2023, 1, 1)


def as_cell(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else as_text(value)


def rows(warehouse: Path, sql: str) -> list[tuple[str, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return sorted(tuple(map(as_cell, row)) for row in connection.execute(sql).fetchall())


def history_until(warehouse: Path, day: str) -> list[tuple[str, ...]]:
    """Give the history as it was on a day: what came later is not known."""
    return rows(
        warehouse,
        f"select {HISTORY}, case when valid_to <= date '{day}' then valid_to end from marts.ladder_history "
        f"where valid_from <= date '{day}'",
    )


def history_as_of(data: Path, day: str, work: Path, parsed: Path) -> list[tuple[str, ...]]:
    """Build the history as of a day, from the same files."""
    as_of = dt.date.fromisoformat(day)
    warehouse = build_marts(
        data, work, parsed, "--select", "+ladder_history", as_of=as_of, loaded_on=LOADED_ON
    )
    return rows(warehouse, f"select {HISTORY}, valid_to from marts.ladder_history")


# Vera


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("life")
    path = folder / "warehouse.duckdb"
    land(read_intake(LIFE / "data"), path, loaded_on=LOADED_ON)
    build(path, folder / "work")
    return path


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: f"{book.name} of {book.measure}")
def test_the_marts_are_as_worked_by_hand(book: Book, warehouse: Path):
    ladders = sorted({row["ladder"] for row in book.rows if "ladder" in row})
    where = f"customer_id = '{book.measure}'"
    if ladders:
        where += " and ladder in ({})".format(", ".join(f"'{ladder}'" for ladder in ladders))
    actual = rows(warehouse, f"select {', '.join(book.columns)} from {book.name} where {where}")
    assert actual == sorted(tuple(row[c] for c in book.columns) for row in book.rows)


@pytest.mark.parametrize("day", EARLIER)
def test_as_of_an_earlier_day_the_story_is_what_it_was_then(
    day: str, warehouse: Path, parsed: Path, tmp_path: Path
):
    then = history_until(warehouse, day)
    assert len(then) > 10
    assert history_as_of(LIFE / "data", day, tmp_path, parsed) == then


# A shop at random


def write(path: Path, header: str, lines: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(","), *lines])


def write_shop(folder: Path, rng: random.Random, customers: int = 120) -> None:
    """Write two years in which everything happens that moves anybody on a ladder."""

    def day(first: dt.date = START) -> dt.date:
        return first + dt.timedelta(days=rng.randint(0, 700 - (first - START).days))

    ids = [f"c{n:03}" for n in range(customers)]
    # Of these nothing is known until they buy, which is late.
    late = set(ids[-20:])
    since = {c: day() for c in ids if c not in late and rng.random() < 0.8}
    some = rng.choices
    orders = [
        (
            f"o{n:04}",
            c,
            day(START + dt.timedelta(days=400 * (c in late))),
            rng.choice(("paid", "paid", "cancelled")),
            rng.choice((50, 100, 200)),
        )
        for n, c in enumerate(some(ids, range(1, customers + 1), k=customers * 7))
    ]
    write(folder / "customers.csv", "customer_id,created_at", since.items())
    write(folder / "orders.csv", "order_id,customer_id,ordered_at,status,amount", orders)
    write(
        folder / "order_lines.csv",
        "order_id,product_id,quantity,unit_price,list_price",
        [(o[0], "p", 1, o[4], rng.choice((o[4], o[4], 300))) for o in orders],
    )
    write(
        folder / "refunds.csv",
        "refund_id,order_id,refunded_at,amount",
        [
            (f"r{n}", o[0], day(o[2]), rng.choice((o[4], o[4], 10)))
            for n, o in enumerate(rng.sample(orders, 150))
        ],
    )
    write(
        folder / "interactions.csv",
        "interaction_id,customer_id,occurred_at,kind",
        [
            (f"i{n}", c, day(), rng.choice(("ad_reached", "visit", "call", "seance")))
            for n, c in enumerate(some(ids, k=150))
        ],
    )
    write(
        folder / "referrals.csv",
        "referrer_customer_id,referred_at,referred_customer_id",
        # Several for one person, also by those of whom nothing was known until much later.
        [(a, day(), b) for a, b in zip(some(ids[-40:], k=200), some(ids[:60], k=200), strict=True)],
    )
    write(
        folder / "wallet_surveys.csv",
        "customer_id,asked_at,period_start,period_end,total_category_spend,only_us",
        [
            (c, day(), START, day(), rng.choice((100, 300, "")), rng.choice(("yes", "no", "")))
            for c in some(ids, k=150)
        ],
    )
    write(
        folder / "reviews.csv",
        "customer_id,reviewed_at,score",
        [(c, day(), rng.randint(5, 10)) for c in some(ids, k=80)],
    )


def test_as_of_days_at_random_the_history_of_a_shop_is_what_it_was_then(parsed: Path, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    rng = random.Random(20241231)
    write_shop(data, rng)
    works = [tmp_path / name for name in ("now", "then", "before", "long_before")]
    for work in works:
        work.mkdir()
    now = build_marts(data, works[0], parsed, "--select", "+ladder_history", loaded_on=LOADED_ON)
    causes = {rule for (rule,) in rows(now, "select distinct rule_id from marts.ladder_history")}
    assert {"lapse", "full_refund", "evidence", "S0-6", "S3-3", "S3-6", "S4-1"} <= causes
    for work in works[1:]:
        day = str(START + dt.timedelta(days=rng.randint(60, 690)))
        then = history_until(now, day)
        assert len(then) > 100
        assert history_as_of(data, day, work, parsed) == then, day
