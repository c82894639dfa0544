"""intake.yml from the outside: what it can say of a file, and what is said of it where it cannot be meant."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import duckdb
import jsonschema
import openpyxl
import pytest
from conftest import ORDERS_HEADER, query, run_command
from test_land import ROW, Shop

from scripts.intake import PROJECT, SCHEMA_FILE, entities, read_intake

SHARED = PROJECT.parent / "shared" / "data"
NO_BREAK, NARROW = "\u00a0", "\u202f"
CANONICAL = """order_id,customer_id,ordered_at,status,amount,currency
1,Иван,2024-01-05 12:30:00,paid,1234.56,RUB
00042,"ООО ""Ёж; и, друзья"" и Ко",2024-02-29 00:00:00,shipped,0.5,RUB
3,,2023-12-31 23:59:00,cancelled,-1234567.00,RUB
"""
RUSSIAN = """Номер;Клиент;Дата;Состояние;Сумма
1;Иван;05.01.2024 12:30;Оплачен;1 234,56 р.
00042;"ООО ""Ёж; и, друзья"" и Ко";29.02.2024 00:00;Отгружен;0,5
3;;31.12.2023 23:59;Отменён;-1 234 567,00 руб.
"""
RUSSIAN_MAPPING = """
    decimal: ","
    thousands: " "
    timestamp_format: "%d.%m.%Y %H:%M"
    columns: {order_id: Номер, customer_id: Клиент, ordered_at: Дата, amount: Сумма, status: Состояние}
    values: {status: {"Оплачен": paid, "Отгружен": shipped, "Отменён": cancelled}}
    constants: {currency: RUB}
"""
ROWS = "select order_id, customer_id, ordered_at, status, amount, currency from raw.orders order by _line"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def declare(shop: Shop, mapping: str, entity: str = "orders") -> Shop:
    """Write an intake.yml of one mapping, given as indented lines or in braces."""
    return shop.write("intake.yml", f"files:\n  {entity}: {mapping}\n")


def orders_of(shop: Shop, mapping: str, *amounts: str) -> list[tuple]:
    """Land orders with these amounts, separated by bars; return what becomes of each and its problem."""
    lines = [f"{n}|C|2024-01-05|paid|{amount}" for n, amount in enumerate(amounts)]
    shop.write("orders.csv", "\n".join([ORDERS_HEADER.replace(",", "|"), *lines]) + "\n")
    declare(shop, '{path: orders.csv, delimiter: "|", ' + mapping + "}").land()
    return shop.rows("select amount, _problem from raw.orders order by _line")


def dates_of(shop: Shop, mapping: str, *dates: str) -> list[tuple]:
    lines = [f"{n}|C|{date}|paid|1" for n, date in enumerate(dates)]
    shop.write("orders.csv", "\n".join([ORDERS_HEADER.replace(",", "|"), *lines]) + "\n")
    declare(shop, '{path: orders.csv, delimiter: "|", ' + mapping + "}").land()
    return shop.rows("select ordered_at, _problem from raw.orders order by _line")


# One shop in many dialects


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    shop = Shop(tmp_path_factory.mktemp("canonical"))
    shop.write("orders.csv", CANONICAL).land()
    return shop.rows(ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "cp866", "koi8-r", "mac_cyrillic"])
def test_a_russian_export_gives_the_rows_of_the_contract(shop: Shop, canonical: list[tuple], encoding: str):
    shop.write("Продажи за 2024.csv", RUSSIAN.encode(encoding))
    mapping = f'\n    path: "Продажи *.csv"\n    encoding: {encoding}\n    delimiter: ";"{RUSSIAN_MAPPING}'
    assert declare(shop, mapping).land().rows == 3
    assert shop.rows(ROWS) == canonical
    assert shop.rows("select _raw_text from raw.orders order by _line") == [
        (line,) for line in RUSSIAN.splitlines()[1:]
    ]


def test_a_german_export_gives_the_rows_of_the_contract(shop: Shop, canonical: list[tuple]):
    shop.write(
        "verkauf.tsv",
        "Nummer\tcustomer_id\tordered_at\tstatus\tBetrag\tcurrency\n"
        "1\tИван\t05.01.24 12:30:00\tpaid\t1.234,56 ₽\tRUB\n"
        '00042\t"ООО ""Ёж; и, друзья"" и Ко"\t29.02.24 00:00:00\tshipped\t0,5\tRUB\n'
        "3\t\t31.12.23 23:59:00\tcancelled\t-1.234.567,00\tRUB\n",
    )
    mapping = (
        '{path: verkauf.tsv, decimal: ",", thousands: ".", timestamp_format: "%d.%m.%y %H:%M:%S", '
        "columns: {order_id: Nummer, amount: Betrag}}"
    )
    declare(shop, mapping).land()
    assert shop.rows(ROWS) == canonical


def test_an_american_export_gives_the_rows_of_the_contract(shop: Shop, canonical: list[tuple]):
    shop.write(
        "sales.csv",
        "order_id|customer_id|ordered_at|status|amount|currency\n"
        '1|Иван|1/5/2024 12:30 PM|paid|"₽1,234.56"|RUB\n'
        '00042|"ООО ""Ёж; и, друзья"" и Ко"|2/29/2024 12:00 AM|shipped|0.5|RUB\n'
        "3||12/31/2023 11:59 PM|cancelled|-₽1,234,567.00|RUB\n",
    )
    mapping = '{path: sales.csv, delimiter: "|", thousands: ",", timestamp_format: "%m/%d/%Y %I:%M %p"}'
    declare(shop, mapping).land()
    assert shop.rows(ROWS) == canonical


def test_json_lines_give_the_rows_of_the_contract(shop: Shop, canonical: list[tuple]):
    names = CANONICAL.splitlines()[0].split(",")
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in canonical]
    lines = [line.replace('"0.5"', "0.5").replace('"1234.56"', "1234.56") for line in lines]
    shop.write("orders.jsonl", "\n".join(lines)).land()
    assert shop.rows(ROWS) == canonical
    assert shop.rows("select _raw_text, _line from raw.orders order by _line") == [
        (line, n) for n, line in enumerate(lines, start=1)
    ]


def test_excel_gives_the_rows_of_the_contract(shop: Shop, canonical: list[tuple]):
    book = openpyxl.Workbook()
    book.active.append(["Номер", "Клиент", "Дата", "Состояние", "Сумма"])
    book.active.append([1, "Иван", dt.datetime(2024, 1, 5, 12, 30), "Оплачен", 1234.56])
    book.active.append(["00042", 'ООО "Ёж; и, друзья" и Ко', "29.02.2024 00:00", "Отгружен", "0,5"])
    book.active.append([3.0, None, dt.datetime(2023, 12, 31, 23, 59), "Отменён", "-1 234 567,00"])
    book.save(shop.data / "Продажи.xlsx")
    declare(shop, f"\n    path: Продажи.xlsx{RUSSIAN_MAPPING}").land()
    assert shop.rows(ROWS) == canonical
    assert shop.rows("select _line, _raw_text, _problem from raw.orders order by 1")[0] == (
        2,
        "1,Иван,2024-01-05 12:30:00,Оплачен,1234.56",
        None,
    )


def test_several_exports_of_one_entity_come_in_their_own_dialects(shop: Shop):
    shop.write("crm.csv", "id;when;state;sum\n1;05.01.2024;Won;1 000,50\n".encode("cp1251"))
    shop.write("till.csv", "receipt,ordered_at,status,amount\n2,2024-01-06,paid,7.5\n")
    shop.write("orders.csv", f"{ORDERS_HEADER}\n3,C,2024-01-07,paid,9\n")
    shop.write(
        "intake.yml",
        """
files:
  orders:
    - path: crm.csv
      source: crm
      encoding: cp1251
      delimiter: ";"
      decimal: ","
      thousands: " "
      timestamp_format: "%d.%m.%Y"
      columns: {order_id: id, ordered_at: when, status: state, amount: sum}
      values: {status: {Won: paid}}
      returns: negative_orders
    - path: till.csv
      columns: {order_id: receipt}
""",
    ).land()
    assert shop.rows("select order_id, ordered_at, status, amount from raw.orders order by 1") == [
        ("1", "2024-01-05", "paid", "1000.50"),
        ("2", "2024-01-06", "paid", "7.5"),
        ("3", "2024-01-07", "paid", "9"),
    ]
    assert shop.rows("select file, source, returns from raw.files order by 1") == [
        ("crm.csv", "crm", "negative_orders"),
        ("orders.csv", "orders", None),
        ("till.csv", "till.csv", None),
    ]


# Numbers


@pytest.mark.parametrize(
    ("mapping", "text", "number"),
    [
        ('decimal: ","', "1234,56", "1234.56"),
        ('decimal: ","', "-0,5", "-0.5"),
        ('decimal: ","', "+7", "+7"),
        ('decimal: ",", thousands: " "', "1 234 567,8", "1234567.8"),
        ('decimal: ",", thousands: " "', f"1{NO_BREAK}234,56", "1234.56"),
        ('decimal: ",", thousands: " "', f"1{NARROW}234,56{NO_BREAK}₽", "1234.56"),
        ('decimal: ",", thousands: " "', "1234,56 руб.", "1234.56"),
        ('decimal: ",", thousands: " "', "−12 р.", "-12"),
        ('decimal: ",", thousands: "."', "1.234,56", "1234.56"),
        ('decimal: ",", thousands: "."', "1.234 €", "1234"),
        ('decimal: ".", thousands: ","', "$1,234.56", "1234.56"),
        ('decimal: ".", thousands: ","', "-$1,234", "-1234"),
        ('thousands: "\'"', "1'234.56", "1234.56"),
        ('decimal: "."', "5.5 руб.", "5.5"),
        ('decimal: ","', " 12,5 ", "12.5"),
    ],
)
def test_a_number_in_its_declared_notation_is_that_number(shop: Shop, mapping: str, text: str, number: str):
    assert orders_of(shop, mapping, text) == [(number, None)]


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ('decimal: ",", thousands: "."', "1.23"),
        ('decimal: ",", thousands: "."', "12.34.567"),
        ('decimal: ",", thousands: "."', "1234.567"),
        ('decimal: ",", thousands: "."', "1,234.56"),
        ('decimal: ","', "1234.56"),
        ('decimal: ","', "1 234,56"),
        ('decimal: ","', "12 шт"),
        ('decimal: ","', "1,5 2,5"),
        ('decimal: ","', "1e5"),
        ('decimal: ","', "₽"),
        ('decimal: ",", thousands: " "', "1 23"),
        ('decimal: ",", thousands: " "', "1  234"),
        ('decimal: ",", thousands: " "', "5 ₽ ₽"),
        ('decimal: ",", thousands: " "', "--5"),
    ],
)
def test_a_number_in_another_notation_stays_as_it_is_and_is_marked(shop: Shop, mapping: str, text: str):
    assert orders_of(shop, mapping, text, "1") == [(text, "bad_number:amount"), ("1", None)]


@pytest.mark.parametrize(
    ("declared", "amount", "is_good"),
    [
        ("constants: {currency: RUB}", "5 ₽", True),
        ("constants: {currency: RUR}", "5 руб.", True),
        ("constants: {currency: RUB}", "$5", False),
        ("constants: {currency: RUB}", "5 €", False),
        ("constants: {currency: USD}", "$5", True),
        ("constants: {currency: USD}", "5 р.", False),
        ("source: shop", "$5", False),
        ("source: shop", "5 ₽", True),
    ],
)
def test_a_sign_of_another_currency_makes_no_number(shop: Shop, declared: str, amount: str, is_good: bool):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,C,2024-01-05,paid,{amount}\n")
    shop.write(
        "intake.yml", f'currency: RUB\nfiles: {{orders: {{path: orders.csv, decimal: ".", {declared}}}}}\n'
    )
    shop.land()
    expected = ("5", None) if is_good else (amount, "bad_number:amount")
    assert shop.rows("select amount, _problem from raw.orders") == [expected]


def test_the_sign_of_an_amount_is_held_against_the_currency_of_its_row(shop: Shop):
    rows = ("1,$5,dollars", "2,5 ₽,dollars", "3,5 ₽,руб.", "4,5,dollars")
    lines = "\n".join(f"{row},2024-01-05,paid" for row in rows)
    shop.write("orders.csv", f"order_id,amount,currency,ordered_at,status\n{lines}\n")
    declare(shop, '{path: orders.csv, decimal: ".", values: {currency: {dollars: USD}}}').land()
    assert shop.rows("select order_id, _problem from raw.orders order by 1") == [
        ("1", None),
        ("2", "bad_number:amount"),
        ("3", None),
        ("4", None),
    ]


def test_a_blank_number_is_blank_and_not_bad(shop: Shop):
    assert orders_of(shop, 'decimal: ","', "", " ", NO_BREAK) == [(None, None), (" ", None), (NO_BREAK, None)]


def test_without_a_declared_notation_nothing_is_touched(shop: Shop):
    texts = ("1 234,56", "12 шт", f"1{NO_BREAK}234", "1.234,56")
    assert orders_of(shop, "encoding: utf-8", *texts) == [(text, None) for text in texts]
    assert shop.rows("select count(_text) from raw.orders") == [(0,)]


# Moments and days


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("%d.%m.%Y %H:%M", "05.01.2024 7:05", "2024-01-05 07:05:00"),
        ("%d/%m/%Y", "01/02/2024", "2024-02-01"),
        ("%m/%d/%Y", "01/02/2024", "2024-01-02"),
        ("%d.%m.%Y", "29.02.2024", "2024-02-29"),
        ("%d.%m.%y", "05.01.24", "2024-01-05"),
        ("%d.%m.%Y %H:%M:%S.%f", "05.01.2024 12:00:00.25", "2024-01-05 12:00:00.250000"),
        ("%d.%m.%Y %H:%M %z", "05.01.2024 12:00 +0300", "2024-01-05 09:00:00Z"),
        ("%b %d, %Y", "Jan 5, 2024", "2024-01-05"),
    ],
)
def test_a_moment_in_its_declared_format_becomes_iso(shop: Shop, form: str, text: str, moment: str):
    assert dates_of(shop, f'timestamp_format: "{form}"', text) == [(moment, None)]


@pytest.mark.parametrize(
    "text", ["30.02.2024", "29.02.2023", "2024-01-05", "01/02/2024", "05.01.2024 10:00", "31.12.2024x"]
)
def test_a_moment_in_another_format_stays_as_it_is_and_is_marked(shop: Shop, text: str):
    found = dates_of(shop, 'timestamp_format: "%d.%m.%Y"', text, "05.01.2024")
    assert found == [(text, "bad_date:ordered_at"), ("2024-01-05", None)]


def test_several_formats_are_tried_in_order(shop: Shop):
    found = dates_of(
        shop, 'timestamp_format: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]', "05.01.2024 10:00", "06.01.2024"
    )
    assert found == [("2024-01-05 10:00:00", None), ("2024-01-06", None)]


@pytest.mark.parametrize(
    ("mapping", "day"),
    [
        ('timestamp_format: "%d.%m.%Y %H:%M"', "31.12.1980"),
        ('timestamp_format: "%d.%m.%Y %H:%M"', "31.12.1980 00:00"),
        ('date_format: "%Y/%m/%d"', "1980/12/31"),
    ],
)
def test_a_day_has_the_date_part_of_the_format_or_one_of_its_own(shop: Shop, mapping: str, day: str):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n").write(
        "people.csv", f"customer_id,birth_date\nC1,{day}\n"
    )
    declare(shop, "{path: people.csv, " + mapping + "}", "customers").land()
    assert shop.rows("select birth_date, _problem from raw.customers") == [("1980-12-31", None)]


@pytest.mark.parametrize(
    ("date", "likely"),
    [
        ("01/02/2024", '"%d/%m/%Y"}}` if the day comes first.'),
        ("31.12.2024", '"%d.%m.%Y"}}`.'),
        ("01/13/2024 09:30:00", '"%m/%d/%Y %H:%M:%S"}}`.'),
        ("2024/01/05", '"%Y/%m/%d"}}`.'),
        ("05-01-24", '"%d-%m-%y"}}` if the day comes first.'),
        (" 5.1.2024 10:00", '"%d.%m.%Y %H:%M"}}` if the day comes first.'),
    ],
)
def test_a_file_without_any_iso_date_is_refused_with_what_to_declare(shop: Shop, date: str, likely: str):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,C,{date},paid,1\n2,C,unknown,paid,1\n")
    refusal = shop.refusal()
    assert refusal.startswith("orders.csv: ordered_at is")
    assert refusal.endswith(f"timestamp_format: {likely}")


def test_a_file_with_some_iso_dates_is_landed_as_it_is(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,C,01/02/2024,paid,1\n2,C,2024-01-05,paid,1\n").land()
    assert shop.rows("select ordered_at from raw.orders order by 1") == [("01/02/2024",), ("2024-01-05",)]


def test_each_file_is_asked_for_its_own_iso_dates(shop: Shop):
    shop.write("orders_1.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    shop.write("orders_2.csv", f"{ORDERS_HEADER}\n2,C,31.12.2024,paid,1\n")
    assert "orders_2.csv: ordered_at" in shop.refusal()


# Values, constants, columns


def test_a_value_is_mapped_after_trimming_and_any_other_stays(shop: Shop):
    shop.write(
        "orders.csv", f"{ORDERS_HEADER}\n1,C,2024-01-05, да ,1\n2,C,2024-01-05,yes,1\n3,C,2024-01-05,нет,1\n"
    )
    declare(shop, "{path: orders.csv, values: {status: {да: paid, yes: shipped}}}").land()
    assert shop.rows("select status, _raw_text from raw.orders order by _line") == [
        ("paid", "1,C,2024-01-05, да ,1"),
        ("shipped", "2,C,2024-01-05,yes,1"),
        ("нет", "3,C,2024-01-05,нет,1"),
    ]


def test_a_value_of_a_number_may_be_mapped_and_is_no_problem_then(shop: Shop):
    found = orders_of(shop, 'decimal: ",", values: {amount: {бесплатно: 0}}', "бесплатно", "1,5", "abc")
    assert found == [("0", None), ("1.5", None), ("abc", "bad_number:amount")]


def test_a_constant_stands_in_every_row_and_for_a_required_column(shop: Shop):
    shop.write("orders.csv", "order_id,ordered_at,amount\n1,2024-01-05,5\n2,2024-01-06,6\n")
    declare(shop, "{path: orders.csv, constants: {status: paid, currency: RUB}}").land()
    assert shop.rows("select distinct status, currency from raw.orders") == [("paid", "RUB")]


def test_a_column_that_is_mapped_away_is_not_taken_by_its_own_name(shop: Shop):
    shop.write("orders.csv", "order_id,ordered_at,status,amount,total\n1,2024-01-05,paid,5,6\n")
    landed = declare(shop, "{path: orders.csv, columns: {amount: total, cost: amount}}").land()
    assert shop.rows("select amount, cost, _raw_text from raw.orders") == [
        ("6", "5", "1,2024-01-05,paid,5,6")
    ]
    assert landed.notes == ()
    declare(shop, "{path: orders.csv, columns: {amount: total}}")
    assert shop.land().notes == ("orders.csv: column amount is not known and is ignored",)
    assert shop.rows("select amount, cost, _raw_text from raw.orders") == [
        ("6", None, "1,2024-01-05,paid,5,6")
    ]


def test_one_field_may_be_read_into_two_columns(shop: Shop):
    shop.write("orders.csv", "order_id,day,status,amount\n1,05.01.2024,paid,5\n")
    mapping = (
        '{path: orders.csv, columns: {ordered_at: day, delivered_at: day}, timestamp_format: "%d.%m.%Y"}'
    )
    declare(shop, mapping).land()
    assert shop.rows("select ordered_at, delivered_at from raw.orders") == [("2024-01-05", "2024-01-05")]


def test_broken_lines_of_a_declared_file_are_kept_too(shop: Shop):
    shop.write(
        "orders.csv",
        "order_id;ordered_at;status;amount\n1;05.01.2024;'a;b';1,5\n"
        "2;05.01.2024\n3;05.01.2024;'x;1\n4;05.01.2024;paid;2\n",
    )
    mapping = """{path: orders.csv, delimiter: ";", quote: "'", decimal: ",", timestamp_format: "%d.%m.%Y"}"""
    assert declare(shop, mapping).land().rows == 4
    assert shop.rows("select order_id, status, amount, _line, _raw_text from raw.orders order by 1") == [
        ("1", "a;b", "1.5", 2, "1;05.01.2024;'a;b';1,5"),
        ("4", "paid", "2", 5, "4;05.01.2024;paid;2"),
    ]
    assert shop.rows("select file_line, rule_code from raw.rejected_lines order by 1") == [
        (3, "ragged_line"),
        (4, "unclosed_quote"),
    ]


# Encodings


def test_a_file_that_is_not_utf_8_is_refused_with_what_to_declare(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,Иван,2024-01-05,paid,1\n".encode("cp1251"))
    refusal = shop.refusal()
    assert "orders.csv is not UTF-8 (byte 49)" in refusal
    assert "`files: {orders: {path: orders.csv, encoding: cp1251}}`" in refusal


def test_a_file_that_is_not_in_its_declared_encoding_is_refused_with_the_byte(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,".encode() + b"\x98" + b",2024-01-05,paid,1\n")
    refusal = declare(shop, "{path: orders.csv, encoding: cp1251}").refusal()
    assert "orders.csv is not cp1251 (byte 49)" in refusal
    assert "files.orders" in refusal


def test_utf_16_without_a_byte_order_mark_is_refused(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n".encode("utf-16-be"))
    assert "orders.csv" in declare(shop, "{path: orders.csv, encoding: utf-16}").refusal()


def test_a_byte_beyond_the_first_piece_is_counted_right(shop: Shop):
    rows = "".join(f"{n},Я,2024-01-05,paid,1\n" for n in range(220_000))
    content = f"{ORDERS_HEADER}\n{rows}".encode()
    shop.write("orders.csv", content + b"x,\xff,2024-01-05,paid,1\n")
    assert f"(byte {len(content) + 3})" in shop.refusal()


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_a_wrong_delimiter_is_refused_with_what_to_declare(shop: Shop, delimiter: str):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n".replace(",", delimiter))
    shown = "\\t" if delimiter == "\t" else delimiter
    assert f'`files: {{orders: {{path: orders.csv, delimiter: "{shown}"}}}}`' in shop.refusal()


# JSON lines and Excel


def test_numbers_of_json_are_kept_as_written(shop: Shop):
    values = ("1.10", "12345678901234567890.123456789", "1e5", "true", "null", '"x"', '"\\u0416"')
    lines = [
        f'{{"order_id": {n}, "ordered_at": "2024-01-05", "status": "paid", "amount": {v}}}'
        for n, v in enumerate(values)
    ]
    shop.write("orders.ndjson", "\ufeff" + "\n".join(lines)).land()
    found = [amount for (amount,) in shop.rows("select amount from raw.orders order by _line")]
    assert found == ["1.10", "12345678901234567890.123456789", "1e5", "true", None, "x", "Ж"]


def test_a_json_number_needs_no_dialect_and_a_json_text_does(shop: Shop):
    row = '{{"order_id": {}, "ordered_at": "05.01.2024", "status": "paid", "amount": {}}}'
    lines = [
        row.format(1, "1.5"),
        row.format(2, '"1,5"'),
        row.format(3, '"1.5"'),
        row.format(4, '"\\u00015"'),
    ]
    shop.write("sales.jsonl", "\n".join(lines))
    declare(shop, '{path: sales.jsonl, decimal: ",", timestamp_format: "%d.%m.%Y"}').land()
    bad = "bad_number:amount"
    assert shop.rows("select amount, ordered_at, _problem from raw.orders order by _line") == [
        ("1.5", "2024-01-05", None),
        ("1.5", "2024-01-05", None),
        ("1.5", "2024-01-05", bad),
        (" \x015", "2024-01-05", bad),
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"order_id": "2", "status": {"a": 1}}',
        '{"order_id": ["2"]}',
        '{"order_id": "2", "order_id": "3"}',
        '{"order_id": "2"',
        "[1, 2]",
        "order 2",
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_flat_object_is_kept_as_ragged(shop: Shop, line: str):
    good = '{"order_id": "1", "ordered_at": "2024-01-05", "status": "paid", "amount": 5, "tags": ["a"]}'
    landed = shop.write("orders.jsonl", f"{good}\n\n{line}\n").land()
    assert landed.rows == 2
    assert landed.notes == ("orders.jsonl: column tags is not known and is ignored",)
    assert shop.rows("select order_id from raw.orders") == [("1",)]
    assert shop.rows("select * from raw.rejected_lines") == [
        ("orders", "orders.jsonl", 3, "ragged_line", line)
    ]


def test_json_without_a_required_key_or_any_object_is_refused(shop: Shop):
    shop.write("orders.jsonl", '{"order_id": 1, "ordered_at": "2024-01-05", "status": "paid"}\n')
    assert "orders.jsonl lacks the required column amount" in shop.refusal()
    assert "orders.jsonl has no JSON object" in shop.write("orders.jsonl", "[]\n").refusal()
    assert "orders.jsonl is not UTF-8 (byte 3)" in shop.write("orders.jsonl", b'{"\xff": 1}\n').refusal()


def workbook(shop: Shop, *rows: list, name: str = "orders.xlsx", sheets: tuple[str, ...] = ()) -> Shop:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for sheet in sheets:
        book.create_sheet(sheet)
    book.save(shop.data / name)
    return shop


def test_cells_of_excel_become_plain_text(shop: Shop):
    header = [*ORDERS_HEADER.split(","), "delivered_at", "cost", None]
    row = [42000000000, 7.0, dt.date(2024, 1, 5), "paid", 1234567890.12, dt.datetime(2024, 1, 5, 9, 15), 1e-7]
    workbook(shop, header, row, [], ["00042", "007", "2024-01-06", True, 0.1 + 0.2, None, "#N/A"]).land()
    assert shop.rows("select * exclude (_text, _problem, _raw_text, _file) from raw.orders where _line = 2")
    columns = "order_id, customer_id, ordered_at, status, amount, delivered_at, cost, _line"
    assert shop.rows(f"select {columns} from raw.orders order by _line") == [
        ("42000000000", "7", "2024-01-05", "paid", "1234567890.12", "2024-01-05 09:15:00", "0.0000001", 2),
        ("00042", "007", "2024-01-06", "true", "0.3", None, "#N/A", 4),
    ]


def test_a_cell_of_excel_of_more_than_15_digits_is_no_plain_number(shop: Shop):
    row = [42000000000001232.0, 420000000000123.0, "2024-01-05", "paid", -1e22]
    workbook(shop, ORDERS_HEADER.split(","), row).land()
    assert shop.rows("select order_id, customer_id, amount from raw.orders") == [
        ("4.2000000000001232e+16", "420000000000123", "-1.0000000000000000e+22")
    ]


def test_a_row_of_excel_beyond_its_header_is_ragged(shop: Shop):
    good = ["1", "C", "2024-01-05", "paid", 5]
    assert workbook(shop, ORDERS_HEADER.split(","), good, [*good, "extra"]).land().rows == 2
    assert shop.rows("select file_line, rule_code, raw_text from raw.rejected_lines") == [
        (3, "ragged_line", "1,C,2024-01-05,paid,5,extra")
    ]


def test_the_sheet_of_a_workbook_is_named_where_there_are_several(shop: Shop):
    workbook(shop, ORDERS_HEADER.split(","), ROW.split(","), sheets=("Notes",))
    assert "orders.xlsx has the sheets Sheet, Notes" in shop.refusal()
    assert declare(shop, "{path: orders.xlsx, sheet: Sheet}").land().rows == 1
    assert (
        "no sheet 'Orders' (files.orders.sheet)"
        in declare(shop, "{path: orders.xlsx, sheet: Orders}").refusal()
    )
    assert "no header" in declare(shop, "{path: orders.xlsx, sheet: Notes}").refusal()


def test_what_is_no_workbook_is_refused(shop: Shop):
    assert "orders.xlsx is not an Excel workbook" in shop.write("orders.xlsx", "PK").refusal()


def test_a_typed_column_of_parquet_needs_no_dialect(shop: Shop):
    duckdb.sql(
        "select 1 as order_id, 17850.0::double as customer_id, timestamp '2024-01-05 12:00' as ordered_at, "
        "'Оплачен' as status, 5.5::decimal(18, 2) as amount, '1 000,5' as cost"
    ).write_parquet(str(shop.data / "s.parquet"))
    mapping = (
        '{path: s.parquet, decimal: ",", thousands: " ", timestamp_format: "%d.%m.%Y", '
        "values: {status: {Оплачен: paid}}}"
    )
    declare(shop, mapping).land()
    found = shop.rows("select customer_id, ordered_at, status, amount, cost, _problem from raw.orders")
    assert found == [("17850", "2024-01-05 12:00:00", "paid", "5.50", "1000.5", None)]


# What cannot be meant


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ('{path: o.csv, decimal: ";"}', "files.orders.decimal: `;` cannot be meant"),
        ('{path: o.csv, thousands: "x"}', "files.orders.thousands: "),
        ('{path: o.csv, thousands: "."}', "files.orders.thousands: `.` is the decimal mark"),
        ('{path: o.csv, decimal: ",", thousands: ","}', "files.orders.thousands: `,` is the decimal mark"),
        ('{path: o.csv, delimiter: ";;"}', "files.orders.delimiter: "),
        ('{path: o.csv, delimiter: ""}', "files.orders.delimiter: "),
        ("{path: o.csv, quote: ab}", "files.orders.quote: "),
        ('{path: o.csv, quote: ","}', "files.orders.quote: ',' is the delimiter of o.csv too"),
        ("{path: o.csv, encoding: cp1252x}", "files.orders.encoding: `cp1252x` cannot be meant"),
        ("{path: o.csv, delimeter: x}", "`files.orders.delimeter`, which is not known"),
        (
            '{path: o.csv, timestamp_format: "%d.%m"}',
            "files.orders.timestamp_format: `%d.%m` is not a format",
        ),
        ('{path: o.csv, timestamp_format: "%d.%m.%Q"}', "files.orders.timestamp_format: "),
        ("{path: o.csv, timestamp_format: []}", "files.orders.timestamp_format: "),
        ("{path: o.csv, date_format: xx}", "files.orders.date_format: `xx` is not a format"),
        (
            "{path: o.csv, columns: {order: x}}",
            "files.orders.columns.order: orders has no column of this name",
        ),
        ("{path: o.csv, values: {state: {a: b}}}", "files.orders.values.state: orders has no column"),
        ("{path: o.csv, values: {status: paid}}", "files.orders.values.status: "),
        ("{path: o.csv, constants: {city: Moscow}}", "files.orders.constants.city: orders has no column"),
        ("{path: o.csv, constants: {status: [a]}}", "files.orders.constants.status: "),
        ("{path: o.csv, columns: {cost: a}, constants: {cost: 1}}", "files.orders.constants.cost: "),
        ("{path: o.csv, constants: {status: paid}}", "files.orders.constants.status: o.csv has a column"),
        ("{path: o.csv, sheet: A}", "files.orders.sheet: o.csv is not a file that has a sheet"),
        (
            "{path: o.csv, returns: negative_lines}",
            "files.orders.returns: negative_lines can be said of order_lines",
        ),
        ("{path: o.csv, returns: all}", "files.orders.returns: `all` cannot be meant"),
        ("{path: nowhere*.csv}", "files.orders.path: no file of the data folder is named 'nowhere*.csv'"),
        ("{path: ../o.csv}", "files.orders.path: `../o.csv` cannot be meant"),
        ("{encoding: cp1251}", "files.orders: lacks `path`"),
        (
            "[{path: o.csv}, {path: '*.csv'}]",
            "files.orders[1].path: o.csv is matched by files.orders[0].path too",
        ),
        ("[{path: o.csv}, {path: o.csv, decimal: x}]", "files.orders[1].decimal: "),
        ("[]", "files.orders: "),
        ("o.csv", "files.orders: "),
        ("{path: o.csv, decimal: ',', decimal: '.'}", "the key `decimal` of line 2 comes more than once"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_a_usage_error_that_names_the_key(
    shop: Shop, mapping: str, named: str
):
    shop.write("o.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    complaint = declare(shop, mapping).complaint()
    assert named in complaint
    assert complaint.startswith("intake.yml")
    assert "\n" not in complaint


def test_an_entity_that_is_not_known_is_a_usage_error(shop: Shop):
    shop.write("o.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    assert "`files.order`, which is not known" in declare(shop, "{path: o.csv}", "order").complaint()


def test_two_entities_cannot_share_a_file(shop: Shop):
    shop.write("o.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    shop.write("intake.yml", "files: {orders: {path: o.csv}, customers: {path: o.csv}}\n")
    assert "files.customers.path: o.csv is matched by files.orders.path too" in shop.complaint()


def test_a_mapped_column_that_the_file_lacks_is_named(shop: Shop):
    shop.write("o.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    refusal = declare(shop, '{path: o.csv, columns: {cost: "Себестоимость"}}').refusal()
    assert "o.csv has no column 'Себестоимость' (files.orders.columns.cost)" in refusal


def test_a_declared_file_of_a_kind_that_is_not_read_is_refused(shop: Shop):
    assert (
        "o.xls cannot be read (files.orders.path)"
        in declare(shop.write("o.xls", "x"), "{path: o.xls}").refusal()
    )


def test_a_declared_name_is_found_however_the_file_system_composes_it(shop: Shop):
    shop.write("Заказы и\u0306.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    assert declare(shop, '{path: "Заказы \u0439.csv"}').land().rows == 1


def test_yaml_words_are_the_text_they_are_written_as(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,C,2024-01-05,no,1\n")
    declare(shop, "{path: orders.csv, values: {status: {no: cancelled}}, constants: {store_id: 007}}").land()
    assert shop.rows("select status, store_id from raw.orders") == [("cancelled", "007")]


def test_the_schema_is_valid_and_knows_every_entity():
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]["files"]["properties"]) == list(entities())
    mapping = schema["$defs"]["mapping"]["properties"]
    assert all(setting["description"].endswith(".") for setting in mapping.values())


def test_the_examples_of_the_readme_are_intakes_that_can_be_meant(tmp_path: Path):
    readme = (PROJECT / "README.md").read_text("utf-8")
    examples = [b.split("```")[0] for b in readme.split("```yaml\n")[1:] if "\nfiles:" in b.split("```")[0]]
    assert len(examples) >= 3
    for n, text in enumerate(examples):
        (tmp_path / str(n)).mkdir()
        shop = Shop(tmp_path / str(n))
        shop.write("intake.yml", text)
        complaint = shop.complaint()  # the files are not here
        assert ".path: no file of the data folder is named" in complaint


# From the command line


def test_problems_of_a_dialect_reach_quarantine_with_the_line_of_the_file(tmp_path: Path):
    shop = Shop(tmp_path)
    shop.write(
        "Продажи 2024.csv",
        "Номер;Дата;Сумма;Состояние\n1;05.01.2024;1 000,50;Оплачен\n2;31.02.2024;5,00;Оплачен\n"
        "3;06.01.2024;1.23;Оплачен\n4;07.01.2024;10;Возврат\n".encode("cp1251"),
    )
    shop.write(
        "intake.yml",
        'currency: RUB\nfiles:\n  orders:\n    path: "Продажи *.csv"\n    encoding: cp1251\n'
        '    delimiter: ";"\n'
        '    decimal: ","\n    thousands: " "\n    timestamp_format: "%d.%m.%Y"\n'
        "    columns: {order_id: Номер, ordered_at: Дата, amount: Сумма, status: Состояние}\n"
        "    values: {status: {Оплачен: paid}}\n",
    )
    out = tmp_path / "out"
    done = run_command("--data", shop.data, "--out", out)
    assert done.returncode == 0, done.stderr
    warehouse = out / "warehouse.duckdb"
    assert query(warehouse, "select order_id, revenue from marts.orders") == [("1", 1000.5)]
    assert query(
        warehouse, "select line_no, row_key, rule_code, raw_text from quality.quarantine order by line_no"
    ) == [
        (3, "2", "bad_date", "2;31.02.2024;5,00;Оплачен"),
        (4, "3", "bad_number", "3;06.01.2024;1.23;Оплачен"),
        (5, "4", "unknown_status", "4;07.01.2024;10;Возврат"),
    ]


def test_the_exit_code_tells_a_refused_file_from_an_intake_that_cannot_be_meant(tmp_path: Path):
    shop = Shop(tmp_path)
    shop.write("orders.csv", "order_id;ordered_at;status;amount\n1;2024-01-05;paid;1\n")
    refused = run_command("--data", shop.data, "--out", tmp_path / "out", "--check")
    assert refused.returncode == 3
    assert 'delimiter: ";"' in refused.stderr
    declare(shop, '{path: orders.csv, delimiter: ";", decimal: "x"}')
    misused = run_command("--data", shop.data, "--out", tmp_path / "out", "--check")
    assert misused.returncode == 2
    assert "files.orders.decimal" in misused.stderr


# Real exports


def shared(*names: str) -> list[Path]:
    paths = [SHARED / name for name in names]
    if not all(p.exists() for p in paths):
        pytest.skip(f"the shared data are not here ({paths[0]})")
    return paths


def example_of_the_readme(about: str) -> str:
    readme = (PROJECT / "README.md").read_text("utf-8")
    return next(b.split("```")[0] for b in readme.split("```yaml\n")[1:] if about in b.split("```")[0])


def test_online_retail_lands_by_the_example_of_the_readme(shop: Shop):
    (path,) = shared("online_retail/online_retail.parquet")
    (shop.data / path.name).symlink_to(path)
    shop.write("intake.yml", example_of_the_readme("online_retail")).land()
    money = "cast(quantity as int) * cast(unit_price as decimal(18, 3))"
    positive = "where customer_id is not null and quantity not like '-%' and unit_price <> '0'"
    assert shop.rows(f"select count(*), sum({money}) from raw.order_lines {positive}") == [
        (397884, Decimal("8911407.904"))
    ]
    assert shop.rows("select rows_in, returns from raw.files") == [(541909, "negative_lines")]


def test_sprocket_central_lands_by_the_example_of_the_readme(shop: Shop):
    names = ("customer_address", "customer_demographic", "new_customer_list", "transactions")
    for path in shared(*(f"sprocket_central/{n}.csv" for n in names)):
        (shop.data / path.name).symlink_to(path)
    shop.write("intake.yml", example_of_the_readme("transactions.csv")).land()
    assert shop.rows(
        "select count(*), count(distinct customer_id), count(*) filter (status = 'cancelled'), "
        "sum(cast(amount as decimal(18, 2))), count(_problem) from raw.orders"
    ) == [(20000, 3494, 179, Decimal("22156588.98"), 0)]
    assert shop.rows("select count(*), count(_problem) from raw.customers") == [(4000, 0)]


def test_a_value_cannot_stand_for_a_status_that_nobody_knows(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    shop.write("intake.yml", "files: {orders: {path: orders.csv, values: {status: {ok: оплачено}}}}")
    assert "files.orders.values.status.ok: `оплачено` is no status; known are paid" in shop.complaint()


def test_utf_16_without_a_declaration_is_refused_with_the_declaration_it_needs(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n".encode("utf-16"))
    assert "encoding: utf-16}" in shop.refusal()


def test_a_byte_order_mark_is_no_text_where_utf_16_le_is_declared(shop: Shop):
    shop.write("orders.csv", b"\xff\xfe" + f"{ORDERS_HEADER}\n{ROW}\n".encode("utf-16-le"))
    shop.write("intake.yml", "files: {orders: {path: orders.csv, encoding: utf-16-le}}")
    shop.land()
    assert shop.rows("select order_id from raw.orders") == [("1",)]


def test_settings_under_another_name_are_not_passed_over(shop: Shop):
    shop.write("orders.csv", "order_id,ordered_at,status,amount\n1,2024-01-05,paid,5\n")
    assert "rename it to intake.yml" in shop.write("intake.yaml", "currency: RUB\n").complaint()


def test_settings_that_cannot_be_read_are_refused_with_the_place(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    said = shop.write("intake.yml", "currency: RUB\nfiles: {orders: [\n").complaint()
    assert said.startswith("intake.yml is not valid YAML at line 3, column 1: ")
    said = shop.write("intake.yml", "currency: RUB\n".encode("utf-16")).complaint()
    assert said == "intake.yml is not in UTF-8; save it in this encoding."


@pytest.mark.parametrize("zone", ["localtime", "posix/Europe/Moscow", "europe/moscow"])
def test_a_time_zone_that_only_this_machine_knows_is_refused(shop: Shop, zone: str):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    assert (
        f"`timezone: {zone}` is not the name" in shop.write("intake.yml", f"timezone: {zone}\n").complaint()
    )


def test_two_shops_are_read_at_once(tmp_path: Path):
    mapping = "{path: orders.csv, timestamp_format: '%d.%m.%Y %H:%M'}"
    data = declare(Shop(tmp_path), mapping).write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n").data
    settings = data / "intake.yml"
    settings.write_text(f"timezone: Europe/Moscow\n{settings.read_text('utf-8')}", "utf-8")
    with ThreadPoolExecutor(4) as pool:
        intakes = list(pool.map(lambda _: read_intake(data), range(40)))
    assert {intake.timezone for intake in intakes} == {"Europe/Moscow"}
