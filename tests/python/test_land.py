"""The landing: every record as text with its file and line, or the file refused by name."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import LOADED_ON, ORDERS_HEADER, query, write_orders

from scripts.errors import FileRefusedError, UsageError
from scripts.intake import read_intake
from scripts.land import Landed, land

ROW = "1,C1,2024-01-05,paid,10.00"
HOSTILE = [
    "'; DROP TABLE orders;--",
    "{{ 1/0 }}",
    "=cmd|'/c calc'!A1",
    'a "quoted", comma',
    "two\nlines",
    "NULL",
    "  blanks  ",
    '\\N \\\\ \\"',
    "👍 ё e\u0308 \u202etxt",
    "%s %(name)s $1 ?",
]


class Shop:
    """A data folder and the warehouse it is landed in."""

    def __init__(self, folder: Path):
        self.data = folder / "data"
        self.data.mkdir()
        self.warehouse = folder / "warehouse.duckdb"

    def write(self, name: str, content: str | bytes) -> Shop:
        path = self.data / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def land(self) -> Landed:
        return land(read_intake(self.data), self.warehouse, loaded_on=LOADED_ON)

    def rows(self, sql: str) -> list[tuple]:
        return query(self.warehouse, sql)

    def refusal(self) -> str:
        with pytest.raises(FileRefusedError) as error:
            self.land()
        return str(error.value)

    def complaint(self) -> str:
        with pytest.raises(UsageError) as error:
            self.land()
        return str(error.value)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_byte_order_mark_is_not_part_of_the_first_column(shop: Shop):
    shop.write("orders.csv", "\ufeff" + f"{ORDERS_HEADER}\n{ROW}\n").land()
    assert shop.rows("select order_id from raw.orders") == [("1",)]


def test_windows_line_ends_are_not_part_of_the_last_column(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\r\n{ROW}\r\n").land()
    assert shop.rows("select amount from raw.orders") == [("10.00",)]


def test_old_mac_line_ends_are_read(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\r{ROW}\r2,C1,2024-01-06,paid,5\r").land()
    assert shop.rows("select order_id, _line from raw.orders order by 2") == [("1", 2), ("2", 3)]


def test_a_missing_last_line_end_loses_nothing(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}").land()
    assert shop.rows("select rows_in from raw.files") == [(1,)]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_with_only_a_header_is_0_rows(shop: Shop, end: str):
    assert shop.write("orders.csv", ORDERS_HEADER + end).land().rows == 0
    assert shop.rows("select entity, file, rows_in from raw.files") == [("orders", "orders.csv", 0)]


def test_lines_are_counted_as_an_editor_counts_them(shop: Shop):
    text = f'{ORDERS_HEADER}\n1,"C\n1",2024-01-05,paid,10\n\n2,C2,2024-01-05,paid,20\n'
    shop.write("orders.csv", text).land()
    assert shop.rows("select order_id, _file, _line from raw.orders order by _line") == [
        ("1", "orders.csv", 2),
        ("2", "orders.csv", 5),
    ]


def test_blank_lines_of_a_plain_file_do_not_shift_the_line_numbers(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n\n2,C2,2024-01-05,paid,20\n").land()
    assert shop.rows("select order_id, _line from raw.orders order by 2") == [("1", 2), ("2", 4)]


def test_every_file_has_its_own_line_numbers_whichever_reader_reads_it(shop: Shop):
    """The second file is tried as a plain one, and what was read of it is taken back."""
    rows = [f"{n},C{n},2024-01-05,paid,{n}" for n in range(60)]
    shop.write("orders_1.csv", "\n".join([ORDERS_HEADER, *rows[:20]]))
    shop.write("orders_2.csv", "\n".join([ORDERS_HEADER, *rows[20:30], "", *rows[30:40]]))
    shop.write("orders_3.csv", "\n".join([ORDERS_HEADER, *rows[40:]]))
    shop.land()
    assert shop.rows("select _file, _line from raw.orders order by cast(order_id as integer)") == [
        *(("orders_1.csv", 2 + n) for n in range(20)),
        *(("orders_2.csv", 2 + n + (n >= 10)) for n in range(20)),
        *(("orders_3.csv", 2 + n) for n in range(20)),
    ]


def test_the_raw_text_of_a_plain_row_is_that_of_the_file(shop: Shop):
    row = '1,"a ""quoted"", comma",2024-01-05,paid,10.00'
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{row}\n{ROW}\n").land()
    assert shop.rows("select _raw_text from raw.orders order by _line") == [(row,), (ROW,)]


def test_the_raw_text_of_a_row_over_two_lines_is_that_of_the_file(shop: Shop):
    row = '1,"C\n1", 2024-01-05,"paid",10.00'
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{row}\n").land()
    assert shop.rows("select _raw_text from raw.orders") == [(row,)]


def test_broken_lines_are_kept_with_their_line_and_reason(shop: Shop):
    text = f'{ORDERS_HEADER}\n{ROW}\n2,C2\n3,"C3,2024-01-05,paid,1\n4,C4,2024-01-05,paid,4\n'
    assert shop.write("orders.csv", text).land().rows == 4
    assert shop.rows("select order_id from raw.orders order by 1") == [("1",), ("4",)]
    assert shop.rows("select file_line, rule_code, raw_text from raw.rejected_lines order by 1") == [
        (3, "ragged_line", "2,C2"),
        (4, "unclosed_quote", '3,"C3,2024-01-05,paid,1'),
    ]


def test_a_nul_byte_costs_its_own_line_only(shop: Shop):
    text = f"{ORDERS_HEADER}\n{ROW}\n2,\0,2024-01-05,paid,1\n3,C3,2024-01-05,paid,4\n"
    shop.write("orders.csv", text).land()
    assert shop.rows("select order_id from raw.orders order by 1") == [("1",), ("3",)]
    assert shop.rows("select rule_code from raw.rejected_lines") == [("nul_byte",)]


def test_typed_columns_of_parquet_become_plain_text(shop: Shop):
    duckdb.sql(
        "select 7 as order_id, timestamp '2024-01-05 12:30:00' as ordered_at, 'paid' as status, "
        "1e15::double as amount, 0.1::double as cost, null::varchar as customer_id"
    ).write_parquet(str(shop.data / "orders.parquet"))
    shop.land()
    assert shop.rows("select order_id, ordered_at, cost, customer_id, _line from raw.orders") == [
        ("7", "2024-01-05 12:30:00", "0.1", None, 1)
    ]
    ((amount,),) = shop.rows("select amount from raw.orders")
    assert amount == "1000000000000000"


def test_a_double_that_has_lost_its_last_digits_is_no_plain_number(shop: Shop):
    duckdb.sql(
        "select unnest([2::double ** 53 - 1, -2::double ** 53, 1e22]) as order_id, "
        "timestamp '2024-01-05' as ordered_at, 'paid' as status, 1 as amount"
    ).write_parquet(str(shop.data / "orders.parquet"))
    shop.land()
    assert shop.rows("select order_id from raw.orders") == [
        ("9007199254740991",),
        ("-9.0071992547409920e+15",),
        ("1.0000000000000000e+22",),
    ]


def test_hidden_files_and_subfolders_are_not_read_and_subfolders_are_named(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    shop.write(".orders-checkpoint.csv", "a stale copy")
    shop.write("output/orders.csv", "what an earlier run has left")
    landed = shop.land()
    assert landed.files == 1
    assert landed.notes == ("output/ is not a file of the contract and is ignored",)


def test_one_entity_may_come_in_several_files_with_columns_in_any_order(shop: Shop):
    shop.write("orders_2023.csv", f"{ORDERS_HEADER}\n{ROW}\n")
    shop.write("orders-2024.csv", "amount,status,ordered_at,order_id\n5.00,shipped,2024-02-01,2\n")
    shop.write("orders.tsv", "order_id\tordered_at\tstatus\tamount\n3\t2024-03-01\tpaid\t7\n")
    assert shop.land().files == 3
    assert shop.rows("select order_id, customer_id, amount, _file from raw.orders order by 1") == [
        ("1", "C1", "10.00", "orders_2023.csv"),
        ("2", None, "5.00", "orders-2024.csv"),
        ("3", None, "7", "orders.tsv"),
    ]


def test_header_names_may_be_in_any_case(shop: Shop):
    shop.write("orders.csv", " Order_ID,ORDERED_AT,Status,amount \n1,2024-01-05,paid,5\n").land()
    assert shop.rows("select order_id, amount from raw.orders") == [("1", "5")]


def test_unknown_columns_and_files_are_noted_and_ignored(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER},colour\n{ROW},red\n").write("notes.txt", "hello")
    notes = " ".join(shop.land().notes)
    assert "orders.csv: column colour" in notes
    assert "notes.txt" in notes


def test_an_unknown_column_may_begin_with_an_underscore(shop: Shop):
    shop.write("orders_a.csv", f"_id,_file,{ORDERS_HEADER},_line\n9,x,{ROW},7\n")
    shop.write(
        "orders_b.jsonl",
        '{"_id": {"$oid": "9"}, "order_id": 2, "ordered_at": "2024-01-06", "status": "paid", "amount": 5}\n',
    )
    assert "orders_a.csv: column _id" in " ".join(shop.land().notes)
    assert shop.rows("select order_id, _file, _line from raw.orders order by all") == [
        ("1", "orders_a.csv", 2),
        ("2", "orders_b.jsonl", 1),
    ]


def test_a_header_over_two_lines_is_a_header(shop: Shop):
    shop.write("orders.csv", f'{ORDERS_HEADER},"colour\nof it"\n{ROW},red\n').land()
    assert shop.rows("select order_id, _line from raw.orders") == [("1", 3)]
    assert shop.rows("select rows_in from raw.files") == [(1,)]


def test_a_blank_line_is_no_row_where_there_is_one_column(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n").write("customers.csv", "customer_id\nA\n\nB\n")
    shop.land()
    assert shop.rows("select customer_id, _line from raw.customers order by 2") == [("A", 2), ("B", 4)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_arrives_byte_for_byte(shop: Shop, text: str):
    field = '"' + text.replace('"', '""') + '"'
    shop.write("orders.csv", f"{ORDERS_HEADER}\n1,{field},2024-01-05,paid,10\n{ROW}\n").land()
    assert shop.rows("select customer_id from raw.orders where _line = 2") == [(text,)]
    assert shop.rows("select count(*) from raw.orders") == [(2,)]


@pytest.mark.parametrize(
    "name", ["orders 2024 (копия).csv", "orders_it's.csv", 'orders-"x".csv', "orders_%20{{x}}.csv"]
)
@pytest.mark.parametrize("row", [ROW, '1,"C\n1",2024-01-05,paid,10.00'])
def test_file_names_may_hold_blanks_quotes_and_cyrillic(shop: Shop, name: str, row: str):
    shop.write(name, f"{ORDERS_HEADER}\n{row}\n").land()
    assert shop.rows("select _file, _raw_text from raw.orders") == [(name, row)]


def test_landing_again_replaces_what_was_there(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n").land()
    shop.write("orders.csv", f"{ORDERS_HEADER}\n").land()
    assert shop.rows("select count(*) from raw.orders") == [(0,)]


def test_order_lines_without_orders_must_say_when(shop: Shop):
    shop.write("order_lines.csv", "order_id,product_id,quantity,unit_price\n1,P,1,5\n")
    assert "order_lines.csv" in (refusal := shop.refusal())
    assert "ordered_at" in refusal


def test_a_file_of_0_bytes_is_refused(shop: Shop):
    assert "orders.csv is empty (0 bytes)" in shop.write("orders.csv", "").refusal()


@pytest.mark.parametrize("content", ["\ufeff", "\n", "\ufeff\n"])
def test_a_file_without_a_header_is_refused(shop: Shop, content: str):
    assert "orders.csv" in shop.write("orders.csv", content).refusal()


def test_a_missing_required_column_is_named(shop: Shop):
    shop.write("orders.csv", "order_id,ordered_at,status\n1,2024-01-05,paid\n")
    assert "orders.csv lacks the required column amount" in shop.refusal()


def test_a_file_that_begins_with_a_record_is_told_to_have_a_header(shop: Shop):
    shop.write("orders.csv", f"{ROW}\n")
    assert shop.refusal().endswith("put a line with the names of the columns above it.")


def test_a_repeated_column_is_named(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER},Status\n{ROW},paid\n")
    assert "orders.csv has the column 'status' more than once" in shop.refusal()


def test_a_column_without_a_name_is_refused(shop: Shop):
    assert "orders.csv" in shop.write("orders.csv", f"{ORDERS_HEADER},\n{ROW},\n").refusal()


@pytest.mark.parametrize(
    "text", [f"{ORDERS_HEADER},Имя\n{ROW},x\n", f"{ORDERS_HEADER}\n1,Иван,2024-01-05,paid,1\n"]
)
def test_windows_1251_is_refused(shop: Shop, text: str):
    assert "orders.csv is not UTF-8" in shop.write("orders.csv", text.encode("cp1251")).refusal()


def test_a_character_cut_off_at_the_end_of_the_file_is_refused(shop: Shop):
    content = f"{ORDERS_HEADER}\n1,C1,2024-01-05,paid,10".encode() + "Я".encode()[:1]
    assert "orders.csv is not UTF-8" in shop.write("orders.csv", content).refusal()


def test_what_is_no_parquet_file_is_refused(shop: Shop):
    assert "orders.parquet is not a Parquet file" in shop.write("orders.parquet", "x").refusal()


def test_a_parquet_file_of_0_bytes_is_refused(shop: Shop):
    assert "orders.parquet" in shop.write("orders.parquet", "").refusal()


def test_a_format_that_is_not_read_is_refused(shop: Shop):
    shop.write("orders.csv", f"{ORDERS_HEADER}\n{ROW}\n").write("customers.xls", "\xd0")
    assert "customers.xls cannot be read" in shop.refusal()


def test_a_file_with_semicolons_is_refused_with_a_hint(shop: Shop):
    refusal = shop.write("orders.csv", f"{ORDERS_HEADER}\n".replace(",", ";")).refusal()
    assert "orders.csv" in refusal
    assert "separated by something other than a comma" in refusal
    refusal = shop.write("orders.csv", f"{ORDERS_HEADER}\n".replace(",", ":")).refusal()
    assert 'delimiter: ":"' in refusal


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused_with_a_hint(shop: Shop, encoding: str):
    (shop.data / "orders.csv").write_bytes(f"{ORDERS_HEADER}\n{ROW}\n".encode(encoding))
    assert f"encoding: {encoding}" in shop.refusal()


@pytest.mark.parametrize("name", ["C", '"C, D"'], ids=["plain", "with a delimiter in quotes"])
def test_a_row_pushed_to_the_right_is_ragged_though_its_last_field_is_empty(shop: Shop, name: str):
    shop.write(
        "orders.csv",
        f"{ORDERS_HEADER},channel\n1,{name},2024-01-05,paid,1,\n2,C,2024-01-05,paid,1,234,\n3,C,2024-01-05,paid,1,,\n",
    ).land()
    assert shop.rows("select order_id, amount, channel from raw.orders") == [("1", "1", None)]
    assert shop.rows("select file_line, rule_code from raw.rejected_lines") == [
        (3, "ragged_line"),
        (4, "ragged_line"),
    ]


def test_blanks_around_quotes_belong_to_no_field_whatever_stands_in_other_lines(shop: Shop):
    row = '1, "C" ,2024-01-05,"paid" ,5'
    for more in ("", "2,C,2024-01-05\n"):
        shop.write("orders.csv", f"{ORDERS_HEADER}\n{row}\n{more}").land()
        assert shop.rows("select customer_id, status, _raw_text from raw.orders") == [("C", "paid", row)]


def test_a_folder_that_does_not_exist_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match="does not exist"):
        read_intake(tmp_path / "nowhere")


def test_a_folder_without_sales_is_a_usage_error(shop: Shop):
    assert "holds no sales" in shop.complaint()
    shop.write("customers.csv", "customer_id\nC1\n")
    assert "holds no sales" in shop.complaint()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("timezon: UTC\n", "`timezon`"),
        ("timezone: Mars/Olympus\n", "`timezone: Mars/Olympus`"),
        ("timezone: ../../etc/passwd\n", "`timezone: ../../etc/passwd`"),
        ("currency: rubles\n", "`currency: rubles`"),
        ("- a\n- b\n", "intake.yml"),
        ("timezone: [\n", "intake.yml"),
    ],
)
def test_an_intake_that_cannot_be_meant_is_a_usage_error(shop: Shop, settings: str, named: str):
    write_orders(shop.data, ROW)
    complaint = shop.write("intake.yml", settings).complaint()
    assert named in complaint
    assert "\n" not in complaint


def test_the_settings_of_the_folder_are_landed(shop: Shop):
    write_orders(shop.data, ROW)
    shop.write("intake.yml", "timezone: Europe/Moscow\ncurrency: rub\n").land()
    assert shop.rows("select * from raw.settings") == [("Europe/Moscow", "RUB", None, LOADED_ON)]
