"""An exchange is one occasion: small lives whose rungs were worked out by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from conftest import build_marts, query, write_orders

#: order_id, its day, the order it names in exchange_of; the customer is the first letter of the order.
ORDERS = """
    a1 10-01 -
    a2 10-10 a1
    b1 10-01 -
    b2 10-10 b1
    c1 10-01 -
    c2 10-10 c1
    d1 10-01 -
    d2 10-10 d1
    d3 10-20 d2
    d4 11-01 -
    e1 11-01 e1
    e2 11-02 e3
    e3 11-02 e2
    f1 11-01 nowhere
    f2 11-02 a1
    g1 10-01 -
    g2 10-10 g1
    h1 04-01 -
    h2 10-10 h1
    i1 10-01 -
    i2 10-10 i1
    i3 10-10 -
    j1 10-01 -
    j2 10-10 j1
"""
#: The order given back in full, and the day.
REFUNDS = "a1 10-10, c1 10-05, d1 10-10, d2 10-20, g1 10-12, g2 10-20, h1 10-10, j2 10-15"
PENDING = {"j1"}


@pytest.fixture(scope="module")
def lives(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of these lives as of the end of 2024."""
    folder = tmp_path_factory.mktemp("exchanges")
    rows = []
    for line in ORDERS.split("\n")[1:-1]:
        order_id, day, exchange_of = line.split()
        status = "pending" if order_id in PENDING else "paid"
        given = "" if exchange_of == "-" else exchange_of
        rows.append(f"{order_id},{order_id[0]},2024-{day} 12:00,{status},100,{given}")
    header = "order_id,customer_id,ordered_at,status,amount,exchange_of"
    data = write_orders(folder / "data", *rows, header=header)
    refunds = [f"r{n},{r[:2]},2024-{r[3:]} 12:00,100" for n, r in enumerate(REFUNDS.split(", "))]
    (data / "refunds.csv").write_text("\n".join(("refund_id,order_id,refunded_at,amount", *refunds)) + "\n")
    return build_marts(data, folder, parsed, as_of=dt.date(2024, 12, 31))


def history(lives: Path, customer: str) -> list[tuple[str, str]]:
    """The rungs of a customer on the classic ladder with the days on which they were reached."""
    return query(
        lives,
        "select rung, strftime(valid_from, '%m-%d') from marts.ladder_history where ladder = 'classic' "
        f"and customer_id = '{customer}' and valid_to is distinct from valid_from order by valid_from",
    )


def facts(lives: Path, customer: str) -> tuple[int, int]:
    found = query(
        lives, f"select orders, purchase_days from marts.customer_facts where customer_id = '{customer}'"
    )
    return found[0] if found else (0, 0)


def test_an_exchange_of_an_order_given_back_carries_its_occasion_on(lives: Path):
    assert history(lives, "a") == [("buyer", "10-01")]
    assert facts(lives, "a") == (1, 1)


def test_an_exchange_of_an_order_that_stands_is_an_order_and_no_second_occasion(lives: Path):
    assert history(lives, "b") == [("buyer", "10-01")]
    assert facts(lives, "b") == (2, 2)


def test_an_order_for_what_was_given_back_days_before_begins_anew(lives: Path):
    assert history(lives, "c") == [("buyer", "10-01"), ("candidate", "10-05"), ("buyer", "10-10")]


def test_an_exchange_of_an_exchange_is_still_the_first_occasion(lives: Path):
    assert history(lives, "d") == [("buyer", "10-01"), ("client", "11-01")]
    assert facts(lives, "d") == (2, 2)


def test_orders_that_name_themselves_or_one_another_are_orders_like_others(lives: Path):
    assert history(lives, "e") == [("buyer", "11-01"), ("client", "11-02")]


def test_an_exchange_of_an_order_unknown_or_of_somebody_else_is_an_order_like_others(lives: Path):
    assert history(lives, "f") == [("buyer", "11-01"), ("client", "11-02")]


def test_an_occasion_ends_when_its_last_exchange_is_given_back(lives: Path):
    assert history(lives, "g") == [("buyer", "10-01"), ("candidate", "10-20")]


def test_a_late_exchange_is_a_return_to_activity_without_a_new_occasion(lives: Path):
    # Lapsed on 28 September, 180 days after the order; the exchange makes active again.
    causes = query(
        lives,
        "select strftime(valid_from, '%m-%d'), cause, occasions, is_active from marts.ladder_states "
        "where customer_id = 'h' order by valid_from",
    )
    assert causes == [("04-01", "known", 1, True), ("09-28", "lapse", 1, False), ("10-10", "return", 1, True)]


def test_another_order_of_the_day_of_an_exchange_is_an_occasion(lives: Path):
    assert history(lives, "i") == [("buyer", "10-01"), ("client", "10-10")]


def test_what_was_given_for_an_order_that_was_no_sale_is_an_occasion_of_its_own(lives: Path):
    assert history(lives, "j") == [("candidate", "10-01"), ("buyer", "10-10"), ("candidate", "10-15")]


def test_what_is_no_exchange_is_found_and_counts(lives: Path):
    assert query(lives, "select row_key, rule_code from quality.findings order by all") == [
        ("c2", "exchange_of_nothing"),
        ("e1", "exchange_before_order"),
        ("e2", "exchange_before_order"),
        ("e3", "exchange_before_order"),
        ("f1", "orphan_exchange"),
        ("f2", "exchange_of_another"),
        ("j2", "exchange_of_nothing"),
    ]
    assert query(lives, "select count(*) from quality.quarantine") == [(0,)]
