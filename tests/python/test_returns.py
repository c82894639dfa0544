"""Returns that a shop writes among its sales, from the files to the marts: a shop worked out by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from conftest import build_marts, query, run_command, write_orders

#: A return moves no as-of date, so it is given.
AS_OF = dt.date(2024, 3, 31)
HEADER = "order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price"
#: Anna takes back 1 of 3 pens and all cups; Boris gives back more than he bought, Clara within one order.
LINES = """
    s1,1,anna,2024-01-05,pen,3,10.00
    s1,2,anna,2024-01-05,cup,1,5.00
    s2,1,anna,2024-02-05,pen,1,10.00
    C1,1,anna,2024-01-20,pen,-1,10.00
    C1,2,anna,2024-01-20,cup,-1,5.00
    C2,1,anna,2024-03-01,pen,-1,10.00
    s3,1,boris,2024-01-05,pen,1,10.00
    C3,1,boris,2024-02-05,pen,-2,10.00
    s4,1,clara,2024-01-05,pen,3,10.00
    s4,2,clara,2024-01-05,cup,-1,5.00
    C4,1,,2024-02-05,pen,-1,10.00
    C5,1,dina,2024-02-05,pen,-1,10.00
"""
ORDERS = ["o1,anna,2024-01-05,paid,50", "o2,anna,2024-02-05,paid,80", "o3,anna,2024-03-05,completed,-50"]


def write_lines(folder: Path, intake: str = "") -> Path:
    folder.mkdir(parents=True)
    rows = (HEADER, *(line.strip() for line in LINES.split("\n")[1:-1]))
    (folder / "order_lines.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "intake.yml").write_text("currency: RUB\n" + intake, "utf-8")
    return folder


@pytest.fixture(scope="module")
def declared(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("declared")
    intake = "files: {order_lines: {path: order_lines.csv, returns: negative_lines}}\n"
    return build_marts(write_lines(folder / "data", intake), folder, parsed, as_of=AS_OF)


def refunds(warehouse: Path) -> list[tuple]:
    return query(
        warehouse,
        "select refund_id, order_id, line_no, cast(amount_in_currency as varchar), rule_code "
        "from core.refunds order by 1",
    )


def test_each_return_is_a_refund_of_the_order_it_takes_back_from(declared: Path):
    assert refunds(declared) == [
        ("C1:1", "s1", "1", "10.00", None),
        ("C1:2", "s1", "2", "5.00", None),
        ("C2:1", "s2", "1", "10.00", None),
        ("C3:1", None, None, "20.00", "orphan_refund"),
        ("C4:1", None, None, "10.00", "orphan_refund"),
        ("C5:1", None, None, "10.00", "orphan_refund"),
    ]


def test_an_order_taken_back_is_gone_and_one_that_takes_back_is_smaller(declared: Path):
    found = query(declared, "select order_id, cast(revenue as varchar) from marts.orders order by 1")
    assert found == [("s1", "20.00"), ("s3", "10.00"), ("s4", "25.00")]
    products = query(
        declared,
        "select product_id, cast(sum(revenue) as varchar) from marts.product_months group by 1 order by 1",
    )
    assert products == [("cup", "-5.00"), ("pen", "60.00")]


def test_who_only_returns_is_no_customer_and_has_no_occasion(declared: Path):
    assert query(
        declared, "select customer_id from marts.ladder_stages where ladder = 'classic' order by 1"
    ) == [
        ("anna",),
        ("boris",),
        ("clara",),
    ]
    assert query(declared, "select last_order_date from core.run_context") == [(dt.date(2024, 2, 5),)]


def test_every_line_and_the_money_of_every_return_is_accounted_for(declared: Path):
    assert query(declared, "select rows_in, rows_loaded, rows_quarantined from quality.row_accounting") == [
        (12, 9, 3)
    ]
    assert query(
        declared, "select outcome, refunds, amount from quality.refund_reconciliation order by 1"
    ) == [
        ("loaded", 3, 25),
        ("orphan_refund", 3, 40),
    ]
    assert query(declared, "select entity, row_key, line_no from quality.quarantine order by 2") == [
        ("order_lines", "C3:1", 9),
        ("order_lines", "C4:1", 12),
        ("order_lines", "C5:1", 13),
    ]


#: Returns in the order that sold the goods: beside a later order (a), of nobody (b), in part, with a status
#: of its own (c), after the as-of date (d), of a cancelled order (f); one of the order in roubles (e).
OWN_LINES = """
    a1,1,anna,2024-01-10,pen,1,10.00,RUB,paid
    a1,2,anna,2024-02-20,pen,-1,10.00,RUB,paid
    a2,1,anna,2024-01-20,pen,1,10.00,RUB,paid
    b1,1,,2024-01-10,pen,1,10.00,RUB,paid
    b1,2,,2024-01-10,pen,-1,10.00,RUB,paid
    c1,1,clara,2024-01-10,pen,5,10.00,RUB,paid
    c1,2,clara,2024-01-10,pen,-2,10.00,RUB,returned
    d1,1,dina,2024-01-10,pen,2,10.00,RUB,paid
    d1,2,dina,2024-04-10,pen,-1,10.00,RUB,paid
    e1,1,emma,2024-01-10,pen,1,10.00,RUB,paid
    e2,1,emma,2024-01-15,pen,1,10.00,USD,paid
    C5,1,emma,2024-01-20,pen,-1,10.00,RUB,paid
    f1,1,fred,2024-01-10,pen,1,10.00,RUB,paid
    f2,1,fred,2024-01-12,pen,1,10.00,RUB,cancelled
    f2,2,fred,2024-01-12,pen,-1,10.00,RUB,cancelled
"""


def test_a_return_in_the_order_that_sold_the_goods_is_of_that_order(parsed: Path, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    rows = (f"{HEADER},currency,status", *(line.strip() for line in OWN_LINES.split("\n")[1:-1]))
    (data / "order_lines.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (data / "exchange_rates.csv").write_text("currency,rate_date,rate\nUSD,2024-01-15,90\n", "utf-8")
    (data / "intake.yml").write_text(
        "currency: RUB\nfiles: {order_lines: {path: order_lines.csv, returns: negative_lines}}\n", "utf-8"
    )
    warehouse = build_marts(data, tmp_path, parsed, as_of=AS_OF)
    assert refunds(warehouse) == [
        ("C5:1", "e1", "1", "10.00", None),
        ("a1:2", "a1", "1", "10.00", None),
        ("b1:2", "b1", "1", "10.00", None),
        ("d1:2", "d1", "1", "10.00", None),
        ("f2:2", None, None, "10.00", "orphan_refund"),
    ]
    assert query(warehouse, "select order_id, cast(revenue as varchar) from marts.orders order by 1") == [
        ("a2", "10.00"),
        ("c1", "30.00"),
        ("d1", "20.00"),
        ("e2", "900.00"),
        ("f1", "10.00"),
    ]


def test_where_nothing_is_declared_a_line_below_zero_is_in_quarantine(parsed: Path, tmp_path: Path):
    warehouse = build_marts(write_lines(tmp_path / "data"), tmp_path, parsed, "--select", "+quarantine")
    assert query(warehouse, "select rule_code, count(*) from quality.quarantine group by 1") == [
        ("negative_amount", 7)
    ]
    assert refunds(warehouse) == []


def test_an_order_below_zero_takes_back_the_order_of_its_amount(parsed: Path, tmp_path: Path):
    data = write_orders(tmp_path / "data", *ORDERS)
    (data / "intake.yml").write_text(
        "files: {orders: {path: orders.csv, returns: negative_orders}}\n", "utf-8"
    )
    # The goods of the return, which is no order: neither an orphan nor lower revenue a second time.
    (data / "order_lines.csv").write_text(
        "order_id,product_id,quantity,unit_price\no1,pen,5,10\no2,pen,8,10\no3,pen,5,10\n", "utf-8"
    )
    selection = ("--select", "+orders", "+quarantine", "+row_accounting")
    warehouse = build_marts(data, tmp_path, parsed, *selection, as_of=AS_OF)
    assert refunds(warehouse) == [("o3", "o1", None, "50.00", None)]
    assert query(warehouse, "select order_id, revenue from marts.orders") == [("o2", 80)]
    assert query(warehouse, "select count(*) from quality.quarantine") == [(0,)]


def test_sums_that_do_not_fit_end_the_run_with_a_sentence(tmp_path: Path):
    rows = [f"o{n},anna,2024-01-0{n},paid,9999999999999999.99" for n in (1, 2)]
    done = run_command("--data", write_orders(tmp_path / "data", *rows), "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "customer anna has bought adds up to 19999999999999999.98" in " ".join(done.stderr.split())


#: A return under the id of its refund (a), under another id on the same day (b), of a guest (c).
ORDERS_AND_RETURNS = """
    A1,anna,2024-01-01,paid,100,
    R1,anna,2024-01-02,returned,-30,
    A2,boris,2024-01-01,paid,100,
    R2,boris,2024-01-02,returned,-30,
    G1,,2024-01-01,paid,100,g@x.ru
    G2,,2024-01-05,returned,-100, G@X.RU
"""


def test_a_return_that_is_among_the_refunds_too_counts_once(parsed: Path, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    rows = ("order_id,customer_id,ordered_at,status,amount,email", *ORDERS_AND_RETURNS.split("\n")[1:-1])
    (data / "orders.csv").write_text("\n".join(row.strip() for row in rows) + "\n", "utf-8")
    (data / "refunds.csv").write_text(
        "refund_id,order_id,refunded_at,amount\nR1,A1,2024-01-03,30\nr2,A2,2024-01-02,30\n", "utf-8"
    )
    (data / "intake.yml").write_text(
        "currency: RUB\nfiles: {orders: {path: orders.csv, returns: negative_orders}}\n", "utf-8"
    )
    warehouse = build_marts(data, tmp_path, parsed, as_of=AS_OF)
    assert sorted(refunds(warehouse), key=str) == [
        ("G2", "G1", None, "100.00", None),
        ("R1", "A1", None, "30.00", "duplicate_refund"),
        ("R1", "A1", None, "30.00", None),
        ("R2", "A2", None, "30.00", None),
        ("r2", "A2", None, "30.00", "duplicate_refund"),
    ]
    assert query(warehouse, "select order_id, cast(revenue as varchar) from marts.orders order by 1") == [
        ("A1", "70.00"),
        ("A2", "70.00"),
    ]


def test_a_return_in_two_sources_counts_once_as_its_sale_does(parsed: Path, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    for source, minute in (("crm", "00"), ("till", "05")):
        (data / f"{source}.csv").write_text(
            f"{HEADER}\n{source}1,1,anna,2024-01-01 10:{minute},pen,2,10\n"
            f"{source}2,1,anna,2024-01-02 10:{minute},pen,-1,10\n"
            # What comes back whole leaves the second source nothing but an older order.
            f"{source}4,1,boris,2024-01-03 10:{minute},pen,1,10\n"
            f"{source}5,1,boris,2024-01-04 10:{minute},pen,-1,10\n",
            "utf-8",
        )
    with (data / "crm.csv").open("a", encoding="utf-8") as file:
        file.write("crm3,1,boris,2024-01-01 09:00,pen,1,10\n")
    files = "".join(
        f"    - {{path: {name}.csv, source: {name}, returns: negative_lines}}\n" for name in ("crm", "till")
    )
    (data / "intake.yml").write_text(f"currency: RUB\nfiles:\n  order_lines:\n{files}", "utf-8")
    warehouse = build_marts(data, tmp_path, parsed, as_of=AS_OF)
    assert query(warehouse, "select order_id, cast(revenue as varchar) from marts.orders order by 1") == [
        ("crm1", "10.00"),
        ("crm3", "10.00"),
    ]
    repeated = [row[0] for row in refunds(warehouse) if row[-1] == "duplicate_refund"]
    assert repeated == ["till2:1", "till5:1"]


def test_a_refund_and_a_line_that_name_no_currency_are_in_that_of_their_order(parsed: Path, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,status,amount,currency\n"
        "a,x,2024-01-01,paid,10,EUR\nb,x,2024-01-02,paid,10,USD\n",
        "utf-8",
    )
    (data / "order_lines.csv").write_text(
        "order_id,line_no,product_id,quantity,unit_price\na,1,p,1,10\nb,1,p,2,5\n", "utf-8"
    )
    (data / "refunds.csv").write_text(
        "refund_id,order_id,refunded_at,amount\nr1,b,2024-01-02,3\nr2,a,2024-01-02,1\n", "utf-8"
    )
    (data / "exchange_rates.csv").write_text("currency,rate_date,rate\nUSD,2024-01-02,2\n", "utf-8")
    (data / "intake.yml").write_text("currency: EUR\n", "utf-8")
    warehouse = build_marts(data, tmp_path, parsed)
    assert query(warehouse, "select order_id, cast(revenue as varchar) from marts.orders order by 1") == [
        ("a", "9.00"),
        ("b", "14.00"),
    ]
    money = (
        "select entity, currency, cast(amount_loaded as varchar) from quality.money_accounting order by 1, 2"
    )
    assert query(warehouse, money) == [
        ("order_lines", "EUR", "10.00"),
        ("order_lines", "USD", "10.00"),
        ("orders", "EUR", "10.00"),
        ("orders", "USD", "10.00"),
        ("refunds", "EUR", "1.00"),
        ("refunds", "USD", "3.00"),
    ]


def test_lines_in_several_currencies_want_a_base_as_orders_do(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "order_lines.csv").write_text(
        f"{HEADER},currency\na,1,x,2024-01-01,p,1,10,EUR\nb,1,x,2024-01-02,p,1,10,USD\n", "utf-8"
    )
    (data / "exchange_rates.csv").write_text("currency,rate_date,rate\nUSD,2024-01-02,2\n", "utf-8")
    done = run_command("--data", data, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "The orders come in several currencies (EUR, USD)" in done.stderr
