"""The bad inputs of the table in tests/nasty/README.md, each with what must become of it.

Row by row they are in one shop (nasty.py), built once by a whole run. What is proven by a test that exists
elsewhere is named in the table and not repeated.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from conftest import hashes, run_command
from nasty import CASES, CODE, COPY, FORMULAS, HEADERS, LAST_DAY, LOADED, NAMES, Written, write_shop

#: What two payments that no order explains come to (case 38).
PAID_BY_BANK = Decimal("3333.33")


class Nasty:
    """The nasty shop after a run."""

    def __init__(self, folder: Path):
        self.data = folder / "Данные магазина (копия) it's"
        self.out = folder / "Итоги 2024"
        self.written: list[Written] = write_shop(self.data)
        self.data_before = hashes(self.data)
        self.done: CompletedProcess[str] = run_command("--data", self.data, "--out", self.out)
        assert self.done.returncode == 0, self.done.stdout + self.done.stderr

    def rows(self, sql: str, *values: object) -> list[tuple]:
        with duckdb.connect(str(self.out / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> object:
        ((value,),) = self.rows(sql, *values)
        return value


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Nasty:
    return Nasty(tmp_path_factory.mktemp("nasty"))


# Every row of every case


@pytest.mark.parametrize("case", CASES)
def test_the_rows_of_a_case_get_their_verdicts(nasty: Nasty, case: int):
    expected = {
        (w.row.file, w.line_no): (w.row.verdict, w.row.text)
        for w in nasty.written
        if w.case == case and w.row.verdict not in (LOADED, COPY)
    }
    places = {(w.row.file, w.line_no) for w in nasty.written if w.case == case}
    found = {
        (file, line_no): (rule_code, raw_text)
        for file, line_no, rule_code, raw_text in nasty.rows(
            "select file, line_no, rule_code, raw_text from quality.quarantine"
        )
        if (file, line_no) in places
    }
    assert found == expected


@pytest.mark.parametrize("case", CASES)
def test_the_orders_of_a_case_have_their_revenue(nasty: Nasty, case: int):
    places = {(w.row.file, w.line_no): w.row.sold for w in nasty.written if w.case == case}
    found = {
        (file, line_no): revenue
        for file, line_no, revenue in nasty.rows(
            "select staged.file, staged.file_line, orders.revenue from marts.orders as orders "
            "inner join staging.stg_orders as staged using (order_id) where staged.rule_code is null"
        )
        if (file, line_no) in places
    }
    assert found == {place: sold for place, sold in places.items() if sold is not None}


def test_every_row_in_quarantine_is_one_of_the_table(nasty: Nasty):
    expected = {(w.row.file, w.line_no) for w in nasty.written if w.row.verdict not in (LOADED, COPY)}
    found = nasty.rows("select file, line_no from quality.quarantine")
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_the_findings_are_those_of_the_table(nasty: Nasty):
    expected = {(w.row.file, w.line_no, w.row.finding) for w in nasty.written if w.row.finding}
    found = nasty.rows("select file, line_no, rule_code from quality.findings")
    assert len(found) == len(expected)
    assert set(found) == expected


def test_every_message_of_the_quarantine_is_a_sentence(nasty: Nasty):
    messages = nasty.rows("select distinct message from quality.quarantine")
    assert len(messages) > 15
    assert all(message.endswith(".") and "{" not in message for (message,) in messages)


def test_rows_in_are_loaded_quarantined_and_copies_for_every_file(nasty: Nasty):
    counted: dict[str, Counter[str]] = {file: Counter() for file in HEADERS if (nasty.data / file).exists()}
    for written in nasty.written:
        verdict = written.row.verdict
        counted[written.row.file][verdict if verdict in (LOADED, COPY) else "quarantined"] += 1
    assert nasty.rows(
        "select file, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
        "from quality.row_accounting order by file"
    ) == sorted((f, c.total(), c[LOADED], c["quarantined"], c[COPY]) for f, c in counted.items())


def test_the_money_of_the_rows_is_that_of_the_marts_the_quarantine_and_nobody(nasty: Nasty):
    sold = sum((w.row.sold for w in nasty.written if w.row.sold is not None), Decimal())
    bridge = dict(nasty.rows("select step, amount from quality.revenue_bridge"))
    sold += PAID_BY_BANK
    assert bridge["revenue_of_customers"] + bridge["revenue_of_nobody"] == sold
    assert nasty.value("select sum(revenue) from marts.orders") == sold
    assert nasty.value("select sum(revenue) from marts.customer_facts") == bridge["revenue_of_customers"]
    assert bridge["revenue_of_nobody"] == Decimal("10.00")
    # Orders that are loaded and no sale: cancelled, refunded, foreign money at its rate.
    rest = sum((v for s, v in bridge.items() if s.startswith("less_")), Decimal())
    assert bridge["booked"] + bridge.get("money_received", 0) + rest == sold
    quarantined = nasty.rows("select raw_text from quality.quarantine where file = 'orders.csv'")
    names = HEADERS["orders.csv"].split(",")
    amounts = [dict(zip(names, next(csv.reader([t])), strict=True))["amount"] for (t,) in quarantined]
    assert Counter(amounts) == Counter(
        next(csv.reader([w.row.text]))[4]
        for w in nasty.written
        if w.row.file == "orders.csv" and w.row.verdict not in (LOADED, COPY)
    )


# What a case demands beyond the verdicts on its rows


def test_case_2_the_latest_version_is_the_one_that_counts(nasty: Nasty):
    assert nasty.rows("select revenue from marts.orders where order_id = '02b'") == [(13,)]


def test_case_3_a_blank_customer_is_a_sale_to_nobody(nasty: Nasty):
    assert nasty.rows("select customer_id, order_number from marts.orders where order_id = '03d'") == [
        (None, None)
    ]


def test_case_5_an_order_of_nothing_is_an_occasion(nasty: Nasty):
    assert nasty.rows(
        "select orders, purchase_days, revenue from marts.customer_facts where customer_id = 'C05'"
    ) == [(2, 1, 0)]


def test_case_6_impossible_dates_do_not_move_the_as_of_date(nasty: Nasty):
    dates = nasty.rows("select distinct as_of_date from marts.customer_facts")
    assert dates == [(dt.date.fromisoformat(LAST_DAY),)]


def test_case_12_no_line_end_is_left_in_the_last_column(nasty: Nasty):
    assert nasty.rows(
        "select customer_id, count(*) from marts.orders where order_id in ('11a', '12a', '12b', '12c') "
        "group by 1 order by 1"
    ) == [("C11", 1), ("C12", 3)]


def test_case_14_a_declared_windows_1251_is_read_as_such(nasty: Nasty):
    assert nasty.value("select customer_id from marts.orders where order_id = '14a'") == "Иванов №1"


def test_case_15_a_file_with_only_a_header_has_0_rows(nasty: Nasty):
    assert nasty.rows(
        "select rows_in, rows_loaded from quality.row_accounting where file = 'orders_header_only.csv'"
    ) == [(0, 0)]


def test_case_16_an_extra_column_is_reported(nasty: Nasty):
    said = " ".join(nasty.done.stdout.split())
    assert "orders_extra.csv: column colour is not known and is ignored" in said


def test_case_20_an_order_of_a_customer_who_is_not_in_the_register_stays_in_revenue(nasty: Nasty):
    assert nasty.rows(
        "select orders, revenue from marts.customer_facts where customer_id = 'C20 nobody has registered'"
    ) == [(1, 10)]


def test_case_21_a_customer_without_orders_is_on_the_ladder_and_not_in_the_rfm(nasty: Nasty):
    assert nasty.rows(
        "select rung, activity from marts.ladder_stages where ladder = 'canonical' and customer_id = 'C21'"
    ) == [("potential", "never_bought")]
    for mart in ("rfm_customers", "customer_facts"):
        assert nasty.rows(f"select * from marts.{mart} where customer_id = 'C21'") == []


def test_case_22_no_order_falls_below_0_by_refunds(nasty: Nasty):
    assert nasty.value("select min(revenue) from marts.orders") == 0
    assert nasty.rows("select refunded_amount from marts.orders where order_id = '22a'") == [(60,)]


def survivors(nasty: Nasty, case: int) -> dict[str, str]:
    """Who stands for whom among the customers of a case."""
    found = nasty.rows(
        "select customer_id, survivor_id from quality.customer_map where customer_id like ?", f"C{case}_"
    )
    return dict(found)


def test_case_23_the_first_valid_referrer_counts(nasty: Nasty):
    assert nasty.rows(
        "select referrer_id, referred_id from core.referrals where is_first order by referred_id"
    ) == [("C23a", "C23b"), ("C23b", "C23c"), ("C23e", "C23f")]


def test_case_24_the_spellings_of_a_phone_or_an_address_are_one_customer(nasty: Nasty):
    groups = {"C24a": "abcd", "C24e": "ef", "C24g": "gh", "C24i": "ij"}
    assert survivors(nasty, 24) == {f"C24{x}": first for first, letters in groups.items() for x in letters}
    assert nasty.rows(
        "select customer_id, orders from marts.customer_facts where customer_id like 'C24%' order by 1"
    ) == [(first, len(letters)) for first, letters in groups.items()]
    numbers = nasty.rows("select order_number from marts.orders where customer_id = 'C24a' order by order_id")
    assert numbers == [(1,), (2,), (3,), (4,)]


def test_case_25_a_dummy_that_people_share_merges_nobody(nasty: Nasty):
    assert survivors(nasty, 25) == {f"C25{x}": f"C25{x}" for x in "abcdefghij"}
    assert nasty.value("select count(*) from quality.shared_keys") >= 3


def test_case_26_days_are_local_and_both_orders_of_a_doubled_hour_are_kept(nasty: Nasty):
    found = nasty.rows(
        "select order_id, cast(order_date as varchar) from marts.orders "
        "where order_id like '26%' order by order_id"
    )
    assert found == [
        ("26a", "2010-03-28"),
        ("26b", "2010-10-31"),
        ("26c", "2010-10-31"),
        ("26d", "2024-04-01"),
        ("26e", "2024-03-31"),
    ]


def test_case_27_a_month_after_31_january_is_february(nasty: Nasty):
    assert nasty.rows(
        "select active_months, span_days from marts.customer_facts where customer_id = 'C27 month end'"
    ) == [(2, 29)]
    assert nasty.value(
        "select cast(first_order_at as date) from marts.customer_facts where customer_id = 'C27'"
    ) == dt.date(2024, 2, 28), "midnight in Moscow is the day before in UTC"


def test_case_28_sums_beyond_2_to_the_53_are_exact(nasty: Nasty):
    assert nasty.rows(
        "select customer_id, revenue from marts.customer_facts "
        "where customer_id in ('C28 exact', 'C28 giant') order by 1"
    ) == [("C28 exact", Decimal("90071992547409.94")), ("C28 giant", Decimal("1099999999999999.99"))]


def test_case_28_what_is_rounded_is_listed(nasty: Nasty):
    assert nasty.rows(
        "select rows_rounded from quality.rounded_numbers "
        "where file = 'orders.csv' and column_name = 'amount'"
    ) == [(2,)]


@pytest.mark.parametrize("text", CODE)
def test_case_29_code_is_text_byte_for_byte_from_the_file_to_the_export(nasty: Nasty, text: str):
    assert nasty.rows("select name from staging.stg_customers where customer_id = ?", text) == [(text,)]
    assert nasty.rows("select name from core.products where product_id = ?", text) == [(text,)]
    assert nasty.rows("select channel from staging.stg_orders where customer_id = ?", text) == [(text,)]
    for mart, column in (("customer_facts", "customer_id"), ("abc_xyz_products", "product_id")):
        path = str(nasty.out / "exports" / f"{mart}.parquet")
        found = duckdb.execute(f"select {column} from read_parquet(?) where {column} = ?", [path, text])
        assert found.fetchall() == [(text,)]


def test_case_30_formulas_are_text_in_the_warehouse(nasty: Nasty):
    found = nasty.rows(
        "select customer_id from marts.customer_facts where list_contains(?, customer_id)", [*FORMULAS]
    )
    assert sorted(value for (value,) in found) == sorted(FORMULAS)


def quarantine_csv(nasty: Nasty) -> list[dict[str, str]]:
    with (nasty.out / "quality" / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_case_30_a_formula_in_a_csv_for_people_is_defused(nasty: Nasty):
    cells = {cell for row in quarantine_csv(nasty) for cell in row.values()}
    assert cells
    assert {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))} == set()
    for text in FORMULAS:
        assert f"'{text}30" in cells


def test_case_30_negative_numbers_of_a_csv_stay_numbers(nasty: Nasty):
    with (nasty.out / "quality" / "revenue_bridge.csv").open(encoding="utf-8", newline="") as stream:
        amounts = {row["step"]: Decimal(row["amount"]) for row in csv.DictReader(stream)}
    assert amounts["less_fully_refunded"] == Decimal("-20.00")


def test_case_31_orders_of_one_moment_are_in_the_order_of_their_ids(nasty: Nasty):
    assert nasty.rows(
        "select order_id, order_number from marts.orders where customer_id = 'C31' order by 2"
    ) == [("31c", 1), ("31a", 2), ("31b", 3)]
    assert nasty.value("select purchase_days from marts.customer_facts where customer_id = 'C31'") == 1


def test_case_33_an_id_that_was_merged_is_still_known_and_a_deleted_customer_keeps_the_revenue(nasty: Nasty):
    assert survivors(nasty, 24)["C24d"] == "C24a"
    assert nasty.rows("select revenue from marts.customer_facts where customer_id = 'C33 deleted'") == [(10,)]


def test_case_34_names_are_not_altered_and_keys_are_composed(nasty: Nasty):
    found = nasty.rows("select name from staging.stg_customers where customer_id like 'C34 %'")
    assert {name for (name,) in found} == set(NAMES)
    assert nasty.rows(
        "select customer_id, orders from marts.customer_facts where customer_id like '34%'"
    ) == [("34\u0439", 2)]
    assert nasty.value("select customer_id from marts.orders where order_id = '34\u0439'") == "C34"


def test_case_35_leading_zeros_tell_ids_apart(nasty: Nasty):
    assert nasty.rows(
        "select order_id, customer_id from marts.orders where customer_id in ('0035', '35') order by 1"
    ) == [("00042", "0035"), ("42", "35")]


def test_case_36_what_is_no_sale_is_counted_as_such(nasty: Nasty):
    assert nasty.rows(
        "select orders, amount from quality.revenue_bridge where step = 'less_not_qualifying'"
    ) == [(5, Decimal("-50.00"))]
    assert nasty.rows("select orders from marts.customer_facts where customer_id = 'C36'") == [(1,)]


def test_case_37_coupons_and_points_change_no_money(nasty: Nasty):
    assert nasty.rows("select order_id, revenue from marts.orders where customer_id = 'C37' order by 1") == [
        (f"37{letter}", 10) for letter in "abcd"
    ]


def test_case_38_a_payment_for_three_orders_an_own_transfer_and_a_refund_are_no_orders(nasty: Nasty):
    found = nasty.rows(
        "select customer_id, count(*), sum(revenue) from marts.orders "
        "where revenue in (601.14, 9000, 50, -50, 1111.11, 2222.22) group by 1"
    )
    assert [(orders, revenue) for _, orders, revenue in found] == [(2, PAID_BY_BANK)], (
        "one payer, two spellings"
    )
    assert nasty.rows("select orders, revenue from marts.customer_facts where customer_id = 'C38'") == [
        (3, Decimal("601.14"))
    ]


def test_case_39_a_sale_of_one_day_that_may_stand_twice_is_listed(nasty: Nasty):
    found = nasty.rows("select order_id, other_id from quality.possible_doubles")
    assert {"39c", "39d"} in [set(pair) for pair in found]
    assert not [pair for pair in found if {"39a", "39b"} & set(pair)], "that one is decided"


def test_case_42_a_folder_with_blanks_quotes_and_cyrillic_is_a_folder(nasty: Nasty):
    assert "Данные магазина (копия) it's" in nasty.done.stdout
    assert (nasty.out / "report" / "index.html").exists()


def test_case_42_the_data_folder_is_only_read(nasty: Nasty):
    assert hashes(nasty.data) == nasty.data_before
