"""Real data sets whose figures are known: the marts must give them."""

from __future__ import annotations

import csv
import datetime as dt
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from conftest import build_marts, query

from scripts.intake import PROJECT

SHARED = Path(os.environ.get("LADDER_SHARED_DATA", PROJECT / ".." / "shared" / "data"))

pytestmark = pytest.mark.skipif(not (SHARED / "cdnow").is_dir(), reason="shared data sets are not here")

RETAIL = "online_retail/online_retail.parquet"
LINES = """
    select InvoiceNo as order_id, row_number() over () as line_no, StockCode as product_id,
        {quantity} as quantity, UnitPrice as unit_price, InvoiceDate as ordered_at,
        cast(CustomerID as varchar) as customer_id
    from '{shared}/{retail}' where {condition}
"""


def write_data(folder: Path) -> None:
    """Write the data sets as data folders of the contract."""
    for name in ("cdnow", "retail", "all_activity", "whole_retail"):
        (folder / name / "data").mkdir(parents=True)
    duckdb.sql(f"""
        copy (
            select row_number() over () as order_id, sample_id as customer_id,
                cast(date as date) as ordered_at, 'paid' as status,
                printf('%.2f', amount) as amount
            from '{SHARED}/cdnow/cdnow_sample.parquet'
        ) to '{folder}/cdnow/data/orders.csv'
    """)
    sold = "Quantity > 0 and UnitPrice > 0 and InvoiceNo not like 'C%'"
    # Every line of a known customer as activity, cancellations too: for the cohorts alone.
    known = "CustomerID is not null"
    for name, quantity, condition in (
        ("retail", "Quantity", sold),
        ("all_activity", "abs(Quantity)", known),
        # The file as it is, with its returns as lines below zero.
        ("whole_retail", "Quantity", "true"),
    ):
        lines = LINES.format(quantity=quantity, condition=condition, shared=SHARED, retail=RETAIL)
        duckdb.sql(f"copy ({lines}) to '{folder}/{name}/data/order_lines.parquet'")
    declared = "files: {order_lines: {path: order_lines.parquet, returns: negative_lines}}\n"
    (folder / "whole_retail" / "data" / "intake.yml").write_text(declared, "utf-8")
    # The source does not say which invoice a cancellation cancels.
    duckdb.sql(f"""
        copy (
            select InvoiceNo || '-' || row_number() over () as refund_id, InvoiceNo as order_id,
                InvoiceDate as refunded_at, printf('%.2f', -Quantity * UnitPrice) as amount
            from '{SHARED}/{RETAIL}' where InvoiceNo like 'C%'
        ) to '{folder}/retail/data/refunds.csv'
    """)


@pytest.fixture(scope="module")
def warehouses(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The warehouse of each data set; two are built at a time."""
    folder = tmp_path_factory.mktemp("known")
    write_data(folder)
    selections = {
        "retail": (),
        "cdnow": (),
        "all_activity": ("--select", "+cohort_retention"),
        "whole_retail": ("--select", "+customer_facts", "+path:models/quality"),
    }
    with ThreadPoolExecutor(2) as pool:
        builds = {
            name: pool.submit(build_marts, folder / name / "data", folder / name, parsed, *selection)
            for name, selection in selections.items()
        }
    return {name: build.result() for name, build in builds.items()}


# CDNOW: a shop of CDs, 1997-98; one file of orders.


@pytest.fixture(scope="module")
def cdnow(warehouses: dict[str, Path]) -> Path:
    return warehouses["cdnow"]


def one(warehouse: Path, sql: str) -> tuple:
    (row,) = query(warehouse, sql)
    return row


def test_cdnow_has_its_customers_orders_and_dollars(cdnow: Path):
    totals = "select count(*), sum(orders), sum(revenue) from marts.customer_facts"
    customers, orders, revenue = one(cdnow, totals)
    assert (customers, orders, f"{revenue:.2f}") == (2357, 6919, "244091.94")


def test_cdnow_has_946_who_came_back_until_the_end_of_september_1997(cdnow: Path):
    assert one(
        cdnow,
        "select count(*) filter (where days > 1), sum(days - 1) from (select customer_id, "
        "count(*) as days from marts.customer_days where order_date <= date '1997-09-30' "
        "group by customer_id)",
    ) == (946, 2457)


def test_the_rate_so_far_foresees_2930_purchases_of_cdnow_where_1882_came(cdnow: Path):
    # Fader and Hardie's hold-out of 39 weeks; the mean error of a customer is 1.024.
    assert one(
        cdnow,
        "select calibration_end, customers, round(expected_purchases), actual_purchases, "
        "round(mean_absolute_error, 3), round(bias, 2) from marts.clv_backtest "
        "where method = 'naive_rate' and horizon_days = 273",
    ) == (dt.date(1997, 9, 30), 2357, 2930, 1882, 1.024, 0.56)


def test_the_cohorts_of_cdnow_are_781_857_and_719(cdnow: Path):
    # How many of the cohorts of January, February and March 1997 bought in the month after.
    assert query(
        cdnow,
        "select cohort_size, active from marts.cohort_retention "
        "where period_grain = 'month' and age = 1 order by cohort",
    ) == [(781, 124), (857, 134), (719, 87)]


def crr(warehouse: Path, grain: str, period: str, window: int) -> tuple:
    return one(
        warehouse,
        "select crr_formula, crr_strict from marts.customer_retention "
        f"where period_grain = '{grain}' and period = '{period}' and window_days = {window}",
    )


def test_the_crr_of_cdnow_in_march_1998_is_over_100_percent_by_the_formula(cdnow: Path):
    by_formula, strict = crr(cdnow, "month", "1998-03-01", 90)
    assert by_formula == pytest.approx(1.052, abs=5e-4)
    assert strict == pytest.approx(0.784, abs=5e-4)


def test_the_crr_of_cdnow_is_near_1_where_the_window_is_longer_than_the_quarter(cdnow: Path):
    by_formula, _ = crr(cdnow, "quarter", "1997-04-01", 180)
    assert by_formula == pytest.approx(0.996, abs=5e-4)


def counts(warehouse: Path, mart: str, column: str) -> dict:
    return dict(query(warehouse, f"select {column}, count(*) from marts.{mart} group by 1"))


def test_the_abc_of_cdnow_is_777_804_776(cdnow: Path):
    assert counts(cdnow, "abc_xyz_customers", "abc") == {"A": 777, "B": 804, "C": 776}


def test_all_812_classifiable_customers_of_cdnow_are_z(cdnow: Path):
    classes = counts(cdnow, "abc_xyz_customers", "xyz")
    assert classes.pop("N") == 2357 - 812
    assert classes == {"Z": 812}
    retail = counts(cdnow, "abc_xyz_customers", "xyz_retail")
    assert (retail.get("X", 0), retail["Y"], retail["Z"]) == (0, 18, 794)


def test_no_customer_of_cdnow_has_the_frequency_score_2(cdnow: Path):
    assert counts(cdnow, "rfm_customers", "f_score") == {1: 1205, 3: 406, 4: 358, 5: 388}


def test_the_top_fifth_of_cdnow_brings_two_thirds(cdnow: Path):
    gini, top, few = one(
        cdnow,
        "select gini, top_20pct_share, customers_for_80pct_share from marts.concentration "
        "where population = 'all' and measure = 'revenue'",
    )
    assert gini == pytest.approx(0.631, abs=5e-4)
    assert top == pytest.approx(0.675, abs=5e-4)
    assert few == pytest.approx(0.330, abs=5e-4)


# Online Retail: a wholesaler of gifts; order lines without headers, customers not always known.


@pytest.fixture(scope="module")
def retail(warehouses: dict[str, Path]) -> Path:
    return warehouses["retail"]


@pytest.fixture(scope="module")
def all_activity(warehouses: dict[str, Path]) -> Path:
    return warehouses["all_activity"]


def test_online_retail_has_its_lines_customers_and_invoices(retail: Path):
    assert one(
        retail,
        "select (select count(*) from core.order_lines join marts.orders using (order_id) "
        "where rule_code is null and orders.customer_id is not null), "
        "(select count(*) from marts.customer_facts), "
        "(select count(*) from marts.orders where customer_id is not null)",
    ) == (397884, 4338, 18532)


def test_online_retail_has_its_revenue(retail: Path):
    (revenue,) = one(retail, "select sum(revenue) from marts.customer_facts")
    assert f"{revenue:.2f}" == "8911407.90"


def test_online_retail_has_1133_customers_in_class_a(retail: Path):
    assert counts(retail, "abc_xyz_customers", "abc")["A"] == 1133


def test_the_revenue_of_nobody_is_shown(retail: Path):
    steps = dict(query(retail, "select step, amount from quality.revenue_bridge"))
    assert f"{steps['revenue_of_customers']:.2f}" == "8911407.90"
    ((nobody,),) = duckdb.sql(
        f"select sum(cast(round(Quantity * UnitPrice, 2) as decimal(18, 2))) "
        f"from '{SHARED}/online_retail/online_retail.parquet' where CustomerID is null "
        "and Quantity > 0 and UnitPrice > 0 and InvoiceNo not like 'C%'"
    ).fetchall()
    assert float(steps["revenue_of_nobody"]) == pytest.approx(float(nobody), abs=25)
    assert steps["booked"] == steps["revenue_of_customers"] + steps["revenue_of_nobody"]


def test_every_row_of_online_retail_is_accounted_for(retail: Path):
    accounts = query(retail, "select * from quality.row_accounting order by entity")
    assert [(row[0], row[2]) for row in accounts] == [("order_lines", 530104), ("refunds", 9288)]
    assert all(row[2] == sum(row[3:6]) for row in accounts)


def assert_golden(warehouse: Path, name: str) -> None:
    cells = query(
        warehouse,
        "select strftime(cohort, '%Y-%m'), age, active from marts.cohort_retention "
        "where period_grain = 'month'",
    )
    found = {(cohort, age): active for cohort, age, active in cells}
    with (SHARED / "online_retail" / name).open() as lines:
        for row in csv.DictReader(lines):
            for age, active in row.items():
                if age != "cohort":
                    key = row["cohort"], int(age)
                    assert found.get(key, 0) == int(active), key


def test_the_cohorts_of_online_retail_are_those_of_the_golden_file(retail: Path):
    assert_golden(retail, "golden_cohort_positive.csv")


def test_with_cancellations_as_activity_they_are_those_of_the_other_golden_file(
    all_activity: Path,
):
    assert_golden(all_activity, "golden_cohort_all.csv")


# Online Retail as it is published: invoices that begin with C take goods back, as lines below zero.


@pytest.fixture(scope="module")
def whole_retail(warehouses: dict[str, Path]) -> Path:
    return warehouses["whole_retail"]


def test_before_returns_online_retail_has_its_known_revenue_customers_and_invoices(whole_retail: Path):
    invoices, customers, amount = one(
        whole_retail,
        "select count(*), count(distinct customer_id), sum(amount) from core.booked_orders "
        "where rule_code is null and customer_id is not null and amount > 0",
    )
    assert (invoices, customers, f"{amount:.2f}") == (18532, 4338, "8911407.90")


def test_no_return_of_online_retail_makes_an_order(whole_retail: Path):
    assert one(
        whole_retail,
        "select count(*) filter (where order_id like 'C%'), count(*) filter (where amount < 0) "
        "from core.booked_orders",
    ) == (0, 0)


def test_the_money_of_cancelled_invoices_is_given_back_or_in_quarantine_to_the_cent(whole_retail: Path):
    money = dict(query(whole_retail, "select outcome, amount from quality.refund_reconciliation"))
    assert {name: f"{amount:.2f}" for name, amount in money.items()} == {
        "loaded": "460402.69",
        "orphan_refund": "436409.80",
    }
    ((cancelled,),) = duckdb.sql(
        "select -sum(cast(round(Quantity * UnitPrice, 2) as decimal(18, 2))) "
        f"from '{SHARED}/{RETAIL}' where InvoiceNo like 'C%'"
    ).fetchall()
    assert sum(money.values()) == cancelled
    (revenue,) = one(whole_retail, "select sum(revenue) from marts.customer_facts")
    assert f"{revenue:.2f}" == f"{8911407.90 - 460402.69:.2f}"


def test_a_return_goes_to_the_latest_order_before_it_with_these_goods(whole_retail: Path):
    # No later order of the customer has the goods at this price, and so many of them that not even all
    # other returns together would leave too few.
    assert (
        query(
            whole_retail,
            "with taken as (select customer_id, product_id, sum(units) as units from core.returns "
            "where customer_id is not null group by all) "
            "select returns.refund_id from core.returned_orders join core.returns using (refund_id) "
            "join core.booked_orders as orders using (order_id) "
            "join core.returnable_goods as goods on goods.customer_id = returns.customer_id "
            "and goods.product_id = returns.product_id and goods.price = returns.price "
            "and goods.ordered_at <= returns.returned_at and goods.ordered_at > orders.ordered_at "
            "join taken on taken.customer_id = returns.customer_id and taken.product_id = returns.product_id "
            "where goods.units >= taken.units",
        )
        == []
    )


def test_nobody_gives_back_more_units_than_an_order_had(whole_retail: Path):
    assert (
        query(
            whole_retail,
            "with sold as (select order_id, product_id, sum(units) as units from core.returnable_goods "
            "group by all) "
            "select order_id, product_id from core.returned_orders join core.returns using (refund_id) "
            "join sold using (order_id, product_id) group by order_id, product_id, sold.units "
            "having sum(returns.units) > sold.units",
        )
        == []
    )


def test_every_row_of_the_whole_file_is_accounted_for(whole_retail: Path):
    # Two corrections of bad debt have a price below zero; 1,336 write-offs have no customer and no price.
    assert query(
        whole_retail, "select rule_code, count(*) from quality.quarantine group by 1 order by 1"
    ) == [
        ("negative_amount", 2),
        ("orphan_refund", 3365),
    ]
    assert query(
        whole_retail, "select rows_in, rows_loaded, rows_quarantined from quality.row_accounting"
    ) == [(541909, 538542, 3367)]
