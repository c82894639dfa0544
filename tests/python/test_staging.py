"""The verdict of staging on each row, from files as they are landed: one file a case."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from conftest import build_marts, query

GOOD = {"ordered_at": "2024-01-05", "status": "paid", "amount": "10"}
LINE = {"order_id": "L", "product_id": "p1", "quantity": "1", "unit_price": "5"}
REFUND = {"order_id": "o1", "refunded_at": "2024-01-05", "amount": "10"}
LOADED_ON = dt.date(2024, 6, 30)
INTAKE = """
timezone: Europe/Moscow
currency: RUB
files:
  orders:
    - {path: orders_comma.csv, decimal: ","}
    - {path: orders_with_returns.csv, returns: negative_orders}
"""


def orders(prefix: str, *changes: dict[str, str]) -> list[dict[str, str]]:
    """Good orders with ids of their own, each with its change."""
    return [{"order_id": f"{prefix}{n}"} | GOOD | change for n, change in enumerate(changes)]


def values(prefix: str, column: str, *texts: str) -> list[dict[str, str]]:
    return orders(prefix, *({column: text} for text in texts))


BAD_NUMBERS = (
    "abc", "12 шт", "NaN", "inf", "-inf", "1e5", "1_000", "1 234,56", "1.234,56", "1,5", "#N/A",
    "100 ₽", "0x10", "1.", ".5", "--1", "٣", "99999999999999999999",
)  # fmt: skip
BAD_DATES = (
    "2024-02-30", "2023-02-29", "2024-13-01", "29.02.2024", "01/02/2024", "2024-01-05 25:00",
    "2024-01-05T12:00+25:00", "2024-01-05T12:00+03:75", "yesterday", "20240105", "2024-1-5", "infinity",
    "epoch",
)  # fmt: skip
FILES: dict[str, list[dict[str, str]]] = {
    "orders_blank.csv": [
        {"order_id": ""} | GOOD,
        {"order_id": "  "} | GOOD,
        *orders("B", {"ordered_at": ""}, {"status": ""}, {"amount": " "}, {"customer_id": ""}),
    ],
    "orders_invisible.csv": [
        {"order_id": "\t"} | GOOD,
        {"order_id": "\u00a0"} | GOOD,
        {"order_id": "\u200b"} | GOOD,
        *values("I", "status", "\u00a0", "\t", "\u200b"),
    ],
    "orders_bad_number.csv": values("N", "amount", *BAD_NUMBERS),
    "orders_bad_cost.csv": values("K", "cost", "n/a", ""),
    "orders_exact.csv": values(
        "E",
        "amount",
        "99999999999999.99",
        "1000000000000000",
        "0",
        " 12.5 ",
        "0.005",
        "1.015",
        "\u00a012.5",
        "12.5\u202f",
        " 12.5",
        "12.5 ",
    ),
    "orders_negative.csv": values("M", "amount", "-0.01"),
    "orders_bad_date.csv": values("D", "ordered_at", *BAD_DATES),
    "orders_moment.csv": values(
        "Z",
        "ordered_at",
        "2024-01-05T12:00:00Z",
        "2024-01-05T12:00:00+03:00",
        "2024-01-05 12:00:00-0500",
        "2024-01-05T23:30+05:30",
        "2024-01-05T23:59:59.999Z",
        "2024-01-05T23:30Z",
        "2024-01-05T23:30+03:00",
        "2024-01-05T23:30:00+03",
        "2024-01-05T23:30+03",
        "2024-01-05T23:30+14:00",
        "2011-07-01T12:00:00+04:00",
        "2024-10-27T02:30:00+02:00",
        "2024-10-27T02:30:00+01:00",
        "2024-01-05 12:00:00 +0300",
        "2024-01-05T12:00:00 -05:00",
        "2024-01-05 12:00:00.5 Z",
        "2024-01-05 12:00 +03",
    ),
    "orders_local.csv": values(
        "L", "ordered_at", "2024-01-05 02:30", "2024-01-05", "2013-06-01T12:00:00", "2024-02-29"
    ),
    # Moscow: winter time, no winter time from 2011-03-27, winter time for good from 2014-10-26.
    "orders_zone.csv": values(
        "W",
        "ordered_at",
        "2011-03-26 12:00",
        "2011-03-27 01:59:59",
        "2011-03-27 02:30",
        "2011-03-27 03:30",
        "2012-01-15 12:00",
        "2014-10-25 12:00",
        "2014-10-26 00:59:59",
        "2014-10-26 01:30",
        "2014-10-26 02:00",
        "2015-07-01 12:00",
    ),
    "orders_leap.csv": values(
        "Y", "ordered_at", "2024-02-29 23:59:59", "2000-02-29", "1900-02-29", "2100-02-29"
    ),
    # Rounded in the sixth and the second place; a zero too many is no loss, and 0.005 above is one.
    "order_lines_tail.csv": [
        LINE | {"order_id": "T1", "line_no": "1", "unit_price": "0.0000005", "discount_amount": "0.015"},
        LINE | {"order_id": "T1", "line_no": "2", "unit_price": "0.123456", "discount_amount": "0.0100"},
        LINE | {"order_id": "T1", "line_no": "3", "unit_price": "+7.1234567 ", "discount_amount": "1.000001"},
        LINE | {"order_id": "T1", "line_no": "4", "unit_price": "1e-9", "discount_amount": "1.2.3456789"},
    ],
    "orders_status.csv": values("S", "status", "refnded", " PAID ", "cancelled"),
    "orders_range.csv": values(
        "R",
        "ordered_at",
        "2024-07-01 23:59:59",
        "2024-07-02 12:00:00",
        "1900-01-01",
        "1970-01-01",
        "9999-12-31",
        "1997-01-01",
    ),
    "orders_copy.csv": [{"order_id": "C1"} | GOOD, {"order_id": "C1"} | GOOD],
    "orders_copy_2.csv": [{"order_id": "C1"} | GOOD],
    "orders_same.csv": [
        {"order_id": "same1"} | GOOD,
        {"order_id": " same1"}
        | GOOD
        | {"amount": "10.00", "ordered_at": "2024-01-05T00:00", "status": "PAID"},
        {"order_id": "same2"} | GOOD | {"amount": "abc"},
        {"order_id": "same2"} | GOOD | {"amount": "abd"},
    ],
    "orders_conflict.csv": [
        {"order_id": "X1"} | GOOD,
        {"order_id": "X1"} | GOOD | {"amount": "20"},
        {"order_id": "X2"} | GOOD,
    ],
    "orders_version.csv": [
        {"order_id": "V1"} | GOOD | {"amount": "20", "updated_at": "2024-01-07"},
        {"order_id": "V1"} | GOOD | {"amount": "10", "updated_at": "2024-01-06"},
    ],
    "orders_tie.csv": [
        {"order_id": "T1"} | GOOD | {"amount": "10", "updated_at": "2024-01-07"},
        {"order_id": "T1"} | GOOD | {"amount": "20", "updated_at": "2024-01-07"},
        {"order_id": "T2"} | GOOD | {"amount": "10", "updated_at": "2024-01-07"},
        {"order_id": "T2"} | GOOD | {"amount": "20", "updated_at": ""},
    ],
    "orders_future.csv": [
        {"order_id": "F1"} | GOOD | {"amount": "10", "updated_at": "2024-06-29"},
        {"order_id": "F1"} | GOOD | {"amount": "20", "updated_at": "9999-12-31"},
        {"order_id": "F2"} | GOOD | {"updated_at": "9999-12-31"},
        {"order_id": "F3"} | GOOD | {"amount": "10", "updated_at": "2024-06-29"},
        {"order_id": "F3"} | GOOD | {"amount": "20", "updated_at": "2024-07-01 23:59:59"},
    ],
    # Sorts before the file that declares its returns.
    "orders_refused.csv": [{"order_id": order_id} | GOOD | {"amount": "-10"} for order_id in ("G1", "G2")],
    "orders_with_returns.csv": [
        {"order_id": "G1"} | GOOD | {"amount": "-10.00"},
        {"order_id": "G2"} | GOOD | {"amount": "-20"},
    ],
    "orders_zeros.csv": [
        {"order_id": "00042", "customer_id": "007"} | GOOD,
        {"order_id": "42", "customer_id": "7"} | GOOD,
    ],
    "orders_scientific.csv": [
        {"order_id": "4.2E+10"} | GOOD,
        {"order_id": "4,2E+10"} | GOOD,
        {"order_id": "Q1", "customer_id": "7E+10"} | GOOD,
        {"order_id": "-4.2E+10"} | GOOD,
        {"order_id": "4.2e10"} | GOOD,
        {"order_id": "4.2E-10"} | GOOD,
        {"order_id": "+4.2Е+10"} | GOOD,
        {"order_id": "12e5"} | GOOD,
        {"order_id": "A-1.2e5"} | GOOD,
    ],
    "orders_spelling.csv": values(
        "U", "customer_id", "\u0438\u0306", " \u0439\u200b", "\u202f\u0439\u3000", "\ufeff\u0439"
    ),
    "orders_wide.csv": [{"order_id": blank} | GOOD for blank in ("\u202f", "\ufeff", "\u2003\u200b")],
    "orders_currency.csv": values("W", "currency", " usd", "USD\u00a0", "\u202f"),
    "orders_comma.csv": [{"order_id": "Y"} | GOOD | {"amount": amount} for amount in ("1.5", "1,5")],
    "exchange_rates_spelling.csv": [
        {"currency": spelling, "rate_date": "2024-01-01", "rate": rate}
        for spelling, rate in (
            ("EUR", "90"),
            (" eur", "80"),
            ("$", "90"),
            ("USD", "80"),
            ("£", "99"),
            ("gbp", "99.0"),
        )
    ],
    "order_lines_a.csv": [
        {"line_no": ""} | LINE,
        {"line_no": ""} | LINE,
        LINE | {"order_id": "N", "line_no": "1"},
        LINE | {"order_id": "N", "line_no": "1"},
        LINE | {"order_id": "N", "line_no": "2"},
        LINE | {"order_id": "N", "line_no": "2.0"},
        LINE | {"order_id": "N", "line_no": "2.10"},
        LINE | {"order_id": "N", "line_no": "02"},
    ],
    "order_lines_b.csv": [
        {"line_no": ""} | LINE,
        {"line_no": ""} | LINE | {"order_id": "L ", "unit_price": "5.00"},
    ],
    # The mark that stands between the parts of a key may stand in an id as well.
    "order_lines_mark.csv": [
        LINE | {"order_id": "O\x1f1", "line_no": "2"},
        LINE | {"order_id": "O", "line_no": "1\x1f2"},
        LINE | {"order_id": "O\x1b21", "line_no": "2"},
        LINE | {"order_id": "O\x1b2", "line_no": "1\x1f2"},
    ],
    "exchange_rates.csv": [
        {"currency": "USD", "rate_date": f"2024-01-0{day}", "rate": rate}
        for day, rate in enumerate(("0", "-90", "0.000000", "90.5"), start=1)
    ],
    "service_costs.csv": [
        {"customer_id": "C1", "month": month, "amount": str(amount)}
        for amount, month in enumerate(("2024-03-01", " 2024-03 ", "2024-13", "03.2024", ""))
    ],
    "bank_transactions.csv": [
        {"transaction_id": "P1", "booked_at": "2024-01-05", "amount": "10", "purpose": purpose}
        for purpose in ("Оплата  за товар", " оплата за\tтовар")
    ]
    + [
        {"transaction_id": "P2", "booked_at": "2024-01-05", "amount": "10", "purpose": purpose}
        for purpose in ("Оплата за товар", "Оплата за товары")
    ],
    "refunds.csv": [
        {"refund_id": "r1"} | REFUND,
        {"refund_id": "r1"} | REFUND | {"refunded_at": "2024-01-06"},
        {"refund_id": "r2"} | REFUND | {"amount": "-1"},
    ],
}


class Staged:
    """What staging makes of the files."""

    def __init__(self, warehouse: Path):
        self.warehouse = warehouse

    def column(self, file: str, column: str) -> list:
        """A column of the rows of a file, in their order, as text."""
        entity = file.split(".")[0]
        compounds = ("order_lines", "exchange_rates", "service_costs", "bank_transactions")
        compound = next((e for e in compounds if entity.startswith(e)), None)
        entity = compound or entity.split("_")[0]
        found = query(
            self.warehouse,
            f"select cast({column} as varchar) from staging.stg_{entity} "
            f"where file = '{file}' order by file_line",
        )
        return [value for (value,) in found]

    def codes(self, file: str) -> list[str | None]:
        return self.column(file, "rule_code")


@pytest.fixture(scope="module")
def staged(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    folder = tmp_path_factory.mktemp("staged")
    (folder / "data").mkdir()
    (folder / "data" / "intake.yml").write_text(INTAKE)
    for name, rows in FILES.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / "data" / name).open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    selection = ("--select", "path:models/staging", "path:seeds")
    return Staged(build_marts(folder / "data", folder, parsed, *selection, loaded_on=LOADED_ON))


def test_a_blank_in_a_required_column_is_named_and_a_blank_customer_is_not(staged: Staged):
    assert staged.codes("orders_blank.csv") == [
        "missing_order_id",
        "missing_order_id",
        "missing_ordered_at",
        "missing_status",
        "missing_amount",
        None,
    ]
    named = staged.column("orders_blank.csv", "rule_column")
    assert named == ["order_id", "order_id", "ordered_at", "status", "amount", None]


def test_a_tab_a_no_break_or_a_zero_width_space_is_as_blank_as_a_space(staged: Staged):
    expected = ["missing_order_id"] * 3 + ["missing_status"] * 3
    assert staged.codes("orders_invisible.csv") == expected


def test_only_plain_decimals_are_numbers(staged: Staged):
    codes = dict(zip(BAD_NUMBERS, staged.codes("orders_bad_number.csv"), strict=True))
    assert codes == dict.fromkeys(BAD_NUMBERS, "bad_number")
    assert set(staged.column("orders_bad_number.csv", "amount")) == {None}


def test_a_bad_number_in_an_optional_column_rejects_the_row_too(staged: Staged):
    assert staged.codes("orders_bad_cost.csv") == ["bad_number", None]
    assert staged.column("orders_bad_cost.csv", "rule_column") == ["cost", None]


def test_plain_numbers_are_exact_decimals(staged: Staged):
    assert staged.codes("orders_exact.csv") == [None] * 10
    assert staged.column("orders_exact.csv", "amount") == [
        "99999999999999.99",
        "1000000000000000.00",
        "0.00",
        "12.50",
        "0.01",
        "1.02",
        *["12.50"] * 4,
    ]


def test_a_negative_amount_is_rejected(staged: Staged):
    assert staged.codes("orders_negative.csv") == ["negative_amount"]


def test_an_exchange_rate_of_nothing_or_less_is_rejected(staged: Staged):
    assert staged.codes("exchange_rates.csv") == ["bad_rate", "bad_rate", "bad_rate", None]


def test_an_impossible_or_ambiguous_date_is_a_bad_date(staged: Staged):
    codes = dict(zip(BAD_DATES, staged.codes("orders_bad_date.csv"), strict=True))
    assert codes == dict.fromkeys(BAD_DATES, "bad_date")


def test_a_month_may_be_written_without_a_day(staged: Staged):
    assert staged.column("service_costs.csv", "month") == ["2024-03-01", "2024-03-01", None, None, None]
    assert staged.codes("service_costs.csv") == [None, None, "bad_date", "bad_date", "missing_month"]


def test_a_moment_with_an_offset_is_that_instant_whatever_the_business_zone(staged: Staged):
    assert staged.column("orders_moment.csv", "ordered_at") == [
        "2024-01-05 12:00:00",
        "2024-01-05 09:00:00",
        "2024-01-05 17:00:00",
        "2024-01-05 18:00:00",
        "2024-01-05 23:59:59.999",
        "2024-01-05 23:30:00",
        "2024-01-05 20:30:00",
        "2024-01-05 20:30:00",
        "2024-01-05 20:30:00",
        "2024-01-05 09:30:00",
        "2011-07-01 08:00:00",
        "2024-10-27 00:30:00",
        "2024-10-27 01:30:00",
        "2024-01-05 09:00:00",
        "2024-01-05 17:00:00",
        "2024-01-05 12:00:00.5",
        "2024-01-05 09:00:00",
    ]


def test_a_naive_time_is_local_to_the_business_zone_by_the_rules_of_its_year(staged: Staged):
    # Moscow was at UTC+4 until October 2014.
    assert staged.column("orders_local.csv", "ordered_at") == [
        "2024-01-04 23:30:00",
        "2024-01-04 21:00:00",
        "2013-06-01 08:00:00",
        "2024-02-28 21:00:00",
    ]


def test_the_zone_changes_of_moscow_in_2011_and_2014_each_have_their_day(staged: Staged):
    assert staged.column("orders_zone.csv", "ordered_at") == [
        "2011-03-26 09:00:00",
        "2011-03-26 22:59:59",
        # The hour that was skipped: moved on by it.
        "2011-03-26 23:30:00",
        "2011-03-26 23:30:00",
        "2012-01-15 08:00:00",
        "2014-10-25 08:00:00",
        "2014-10-25 20:59:59",
        # The hour that came twice: the second, of the time that stayed.
        "2014-10-25 22:30:00",
        "2014-10-25 23:00:00",
        "2015-07-01 09:00:00",
    ]


def test_the_29th_of_february_exists_in_leap_years_only(staged: Staged):
    assert staged.codes("orders_leap.csv") == [None, None, "bad_date", "bad_date"]
    assert staged.column("orders_leap.csv", "ordered_at")[:2] == [
        "2024-02-29 20:59:59",
        "2000-02-28 21:00:00",
    ]


def test_numbers_of_more_decimals_than_are_kept_are_counted(staged: Staged):
    assert query(staged.warehouse, "select * from staging.stg_rounded_numbers order by all") == [
        ("order_lines", "order_lines_tail.csv", "discount_amount", 2),
        ("order_lines", "order_lines_tail.csv", "unit_price", 2),
        ("orders", "orders_exact.csv", "amount", 2),
    ]
    assert staged.column("order_lines_tail.csv", "unit_price")[:3] == ["0.000001", "0.123456", "7.123457"]
    assert staged.column("order_lines_tail.csv", "discount_amount")[:3] == ["0.02", "0.01", "1.00"]


def test_an_unknown_status_is_rejected_and_a_known_one_is_loaded_in_any_case(staged: Staged):
    assert staged.codes("orders_status.csv") == ["unknown_status", None, None]
    assert staged.column("orders_status.csv", "status") == ["refnded", "paid", "cancelled"]


def test_a_date_may_be_one_day_after_the_loading_and_no_later(staged: Staged):
    late = "date_out_of_range"
    assert staged.codes("orders_range.csv") == [None, late, late, late, late, None]


def test_of_copies_in_one_file_or_in_several_the_first_counts(staged: Staged):
    assert staged.codes("orders_copy.csv") == [None, "duplicate_exact"]
    assert staged.codes("orders_copy_2.csv") == ["duplicate_exact"]


def test_the_same_row_in_another_notation_is_a_copy_and_what_cannot_be_read_is_not(staged: Staged):
    assert staged.codes("orders_same.csv") == [None, "duplicate_exact", "bad_number", "bad_number"]


def test_one_order_id_with_different_content_quarantines_every_version(staged: Staged):
    code = "order_id_conflict"
    assert staged.codes("orders_conflict.csv") == [code, code, None]


def test_the_version_with_the_latest_updated_at_wins_wherever_it_stands(staged: Staged):
    assert staged.codes("orders_version.csv") == [None, "order_id_conflict"]


def test_a_tie_or_a_gap_in_updated_at_settles_nothing(staged: Staged):
    assert staged.codes("orders_tie.csv") == ["order_id_conflict"] * 4


def test_a_version_from_the_future_does_not_win(staged: Staged):
    conflict = "order_id_conflict"
    assert staged.codes("orders_future.csv") == [conflict, conflict, None, conflict, None]


def test_a_return_declared_by_one_of_two_files_counts_and_is_a_copy_in_the_other(staged: Staged):
    assert staged.codes("orders_with_returns.csv") == [None, "order_id_conflict"]
    assert staged.codes("orders_refused.csv") == ["duplicate_exact", "negative_amount"]


def test_ids_are_text_so_00042_is_not_42(staged: Staged):
    assert staged.column("orders_zeros.csv", "order_id") == ["00042", "42"]
    assert staged.column("orders_zeros.csv", "customer_id") == ["007", "7"]
    assert staged.codes("orders_zeros.csv") == [None, None]


def test_an_id_in_scientific_notation_is_rejected(staged: Staged):
    assert staged.codes("orders_scientific.csv") == ["bad_id"] * 7 + [None, None]
    named = staged.column("orders_scientific.csv", "rule_column")
    assert named[:3] == ["order_id", "order_id", "customer_id"]


def test_ids_are_trimmed_and_composed_so_that_one_customer_has_one_spelling(staged: Staged):
    assert staged.column("orders_spelling.csv", "customer_id") == ["\u0439"] * 4
    assert staged.codes("orders_wide.csv") == ["missing_order_id"] * 3


def test_a_currency_is_read_without_the_blanks_around_it(staged: Staged):
    assert staged.column("orders_currency.csv", "currency") == ["usd", "USD", None]


def test_two_rates_of_a_currency_and_day_are_in_conflict_however_it_is_spelled(staged: Staged):
    assert staged.codes("exchange_rates_spelling.csv") == ["key_conflict"] * 4 + [None, "duplicate_exact"]


def test_keys_of_several_parts_differ_whatever_stands_in_the_parts(staged: Staged):
    assert staged.codes("order_lines_mark.csv") == [None] * 4


def test_what_the_dialect_of_a_file_forbids_is_no_copy_of_what_it_allows(staged: Staged):
    assert staged.codes("orders_comma.csv") == ["bad_number", "order_id_conflict"]


def test_a_line_without_a_number_may_repeat_in_its_file_and_not_in_another(staged: Staged):
    assert staged.codes("order_lines_a.csv")[:2] == [None, None]
    assert staged.codes("order_lines_b.csv") == ["duplicate_exact", "duplicate_exact"]


def test_a_numbered_line_is_counted_once(staged: Staged):
    copy = "duplicate_exact"
    assert staged.codes("order_lines_a.csv")[2:] == [None, copy, None, copy, None, None]
    assert staged.column("order_lines_a.csv", "line_no")[2:] == ["1", "1", "2", "2", "2.10", "02"]


def test_a_payment_whose_purpose_is_spelled_with_other_blanks_and_case_is_a_copy(staged: Staged):
    conflict = "key_conflict"
    assert staged.codes("bank_transactions.csv") == [None, "duplicate_exact", conflict, conflict]


def test_one_refund_id_with_different_content_is_a_duplicate_refund(staged: Staged):
    assert staged.codes("refunds.csv") == [
        "duplicate_refund",
        "duplicate_refund",
        "negative_amount",
    ]


def test_every_landed_row_has_a_verdict(staged: Staged):
    for file, rows in FILES.items():
        assert len(staged.codes(file)) == len(rows)
