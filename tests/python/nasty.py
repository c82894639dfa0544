"""The nasty shop: one data folder that holds every bad row of the table in tests/nasty/README.md.

Each row says what must become of it. Every case has order ids and customers of its own, so that none of them
disturbs another; files of other dialects are declared in one intake.yml.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

LOADED, COPY = "loaded", "copy"
LAST_DAY = "2024-06-30"
STATEMENT = "transaction_id,booked_at,amount,payer_name,payer_tax_id,purpose,direction"
HEADERS = {
    "orders.csv": "order_id,customer_id,ordered_at,status,amount,currency,updated_at,channel,email,phone",
    "Продажи 1251.csv": "Номер;Клиент;Дата;Состояние;Сумма",
    "german.tsv": "order_id\tcustomer_id\tordered_at\tstatus\tamount",
    "crm.csv": "order_id,customer_id,ordered_at,status,amount",
    "pipe.csv": "order_id|customer_id|ordered_at|status|amount",
    "orders_bom_crlf.csv": "order_id,ordered_at,status,amount,customer_id",
    "orders_cr.csv": "order_id,ordered_at,status,amount,customer_id",
    "orders_extra.csv": "colour,amount,status,ordered_at,customer_id,order_id",
    "orders_header_only.csv": "order_id,customer_id,ordered_at,status,amount",
    "orders_mixed_dates.csv": "order_id,customer_id,ordered_at,status,amount",
    "orders_ragged.csv": "order_id,customer_id,ordered_at,status,amount",
    "orders_sent_again.csv": "order_id,customer_id,ordered_at,status,amount",
    "customers.csv": "customer_id,created_at,name,birth_date,phone,email,tax_id",
    "order_lines.csv": "order_id,line_no,product_id,quantity,unit_price",
    "products.csv": "product_id,name",
    "refunds.csv": "refund_id,order_id,line_no,refunded_at,amount,currency",
    "exchange_rates.csv": "currency,rate_date,rate",
    "bank_transactions_march.csv": STATEMENT,
    "bank_transactions_spring.csv": STATEMENT,
    "referrals.csv": "referrer_customer_id,referred_at,referred_customer_id,referred_lead_id,evidence",
    "coupons.csv": "coupon_id,customer_id,issued_at,valid_to,redeemed_order_id",
    "points.csv": "card_no,occurred_at,delta,reason,expires_at,order_id",
}
INTAKE = """
timezone: Europe/Moscow
currency: RUB
files:
  orders:
    - path: "Продажи 1251.csv"
      encoding: cp1251
      delimiter: ";"
      decimal: ","
      thousands: " "
      timestamp_format: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
      columns: {order_id: Номер, customer_id: Клиент, ordered_at: Дата, status: Состояние, amount: Сумма}
      values: {status: {Оплачен: paid, Черновик: pending}}
    - {path: german.tsv, decimal: ",", thousands: "."}
    - {path: pipe.csv, delimiter: "|"}
    - {path: crm.csv, returns: negative_orders}
"""
NBSP, NARROW, ZERO_WIDTH = "\u00a0", "\u202f", "\u200b"
#: The four spellings of one mobile number, and two each of numbers in which the 8 is no prefix.
PHONES = {
    "a": "+7 (912) 345-67-89",
    "b": "8 912 345 67 89",
    "c": "9123456789",
    "d": "7-912-345-6789",
    "g": "8 800 234-24-24",
    "h": "+7 (800) 234-24-24",
    "i": "8 (812) 324-24-24",
    "j": "+78123242424",
}
#: Text that some program on the way might take for code: SQL, Jinja, a spreadsheet's formula.
CODE = (
    "'; DROP TABLE orders;--",
    "{{ run_query('select 1') }}",
    "{% raw %}",
    "{{ 1/0 }}",
    "${HOME} %(x)s \\N",
)
FORMULAS = ("=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)")
NAMES = (
    "Алёна",
    "Алена",
    "Cергей с латинской C",
    "Андреи\u0306 из двух знаков",
    f"нулевой{ZERO_WIDTH}пробел",
    "👍🏽 эмодзи 👨‍👩‍👧",
    "Имя" * 3334,
    "\u202eсправа налево\u202c שלום",
)


@dataclass(frozen=True)
class Row:
    """One record of a file as it stands there, and what must become of it."""

    text: str
    verdict: str = LOADED
    file: str = "orders.csv"
    #: What marts.orders must say of an order: its revenue, base currency; None: it is not there.
    sold: Decimal | None = None
    #: What quality.findings must say of a row that is loaded.
    finding: str | None = None


def line(*fields: str) -> str:
    """A record as CSV writes it."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(fields)
    return buffer.getvalue()


def order(
    order_id: str,
    verdict: str = LOADED,
    sold: str | None = "same",
    *,
    customer: str | None = None,
    at: str = "2024-03-01 12:00",
    status: str = "paid",
    amount: str = "10.00",
    **more: str,
) -> Row:
    """An order of orders.csv, good but for what is said of it; `sold` as Row has it."""
    customer = f"C{order_id[:2]}" if customer is None else customer
    rest = (more.get(name, "") for name in ("currency", "updated_at", "channel", "email", "phone"))
    revenue = None if sold is None or verdict != LOADED else Decimal(amount if sold == "same" else sold)
    return Row(line(order_id, customer, at, status, amount, *rest), verdict, sold=revenue)


def foreign(file: str, text: str, verdict: str = LOADED, sold: str | None = None) -> Row:
    """A record of another file, as it stands there."""
    return Row(text, verdict, file, Decimal(sold) if sold else None)


def refund(refund_id: str, order_id: str, amount: str, verdict: str = LOADED, **more: str) -> Row:
    """A record of refunds.csv."""
    at = more.get("at", "2024-03-05")
    fields = (refund_id, order_id, more.get("line_no", ""), at, amount, more.get("currency", ""))
    return Row(line(*fields), verdict, "refunds.csv")


def person(customer_id: str, name: str = "", birth_date: str = "", verdict: str = LOADED, **more: str) -> Row:
    """A record of customers.csv."""
    keys = (more.get(key, "") for key in ("phone", "email", "tax_id"))
    return Row(line(customer_id, "2024-01-10", name, birth_date, *keys), verdict, "customers.csv")


def payment(
    number: str, amount: str, payer: str, tax_id: str, purpose: str, verdict: str = LOADED, **more: str
) -> Row:
    """A record of a bank statement."""
    fields = (number, "2024-03-04", amount, payer, tax_id, purpose, more.get("direction", "in"))
    return Row(line(*fields), verdict, f"bank_transactions_{more.get('statement', 'march')}.csv")


def referral(referrer: str, at: str, referred: str, verdict: str = LOADED, finding: str | None = None) -> Row:
    """A record of referrals.csv."""
    return Row(line(referrer, at, referred, "", "code"), verdict, "referrals.csv", finding=finding)


def coupon(coupon_id: str, order_id: str, finding: str | None = None, valid_to: str = "2024-12-31") -> Row:
    """A record of coupons.csv."""
    text = line(coupon_id, "C37", "2024-01-01", valid_to, order_id)
    return Row(text, file="coupons.csv", finding=finding)


def points(card: str, at: str, delta: str, finding: str | None = None, **more: str) -> Row:
    """A record of points.csv."""
    text = line(card, at, delta, "", more.get("expires_at", ""), more.get("order_id", ""))
    return Row(text, file="points.csv", finding=finding)


CASES: dict[int, list[Row]] = {
    1: [order("01a"), order("01a", COPY), order("01b"), order("01b", COPY), order("01b", COPY)],
    2: [
        order("02a", "order_id_conflict"),
        order("02a", "order_id_conflict", amount="11.00"),
        order("02b", "order_id_conflict", amount="12.00", updated_at="2024-03-02"),
        order("02b", amount="13.00", updated_at="2024-03-03"),
    ],
    3: [
        order("", "missing_order_id", customer="C03"),
        order("   ", "missing_order_id", customer="C03"),
        order("03a", "missing_ordered_at", at=""),
        order("03b", "missing_amount", amount=""),
        order("03c", "missing_status", status=""),
        order("03d", customer=""),
    ],
    4: [
        order("04a", "negative_amount", amount="-10.00"),
        order("04b", "negative_amount", amount="-0.01"),
        foreign("crm.csv", "04c,C04 back,2024-03-01,paid,50.00", sold="30"),
        foreign("crm.csv", "04d,C04 back,2024-03-02,paid,-20.00"),
    ],
    5: [order("05a", amount="0"), order("05b", amount="0.00")],
    6: [
        order("06a", "date_out_of_range", at="2999-01-01"),
        order("06b", "date_out_of_range", at="1900-01-01"),
        order("06c", "date_out_of_range", at="1970-01-01"),
        order("06d", "date_out_of_range", at="9999-12-31 23:59:59"),
        order("06e", at=f"{LAST_DAY} 23:59:59.999"),
    ],
    7: [
        order("07a", "bad_date", at="2024-02-30"),
        order("07b", "bad_date", at="2023-02-29"),
        order("07c", at="2024-02-29"),
        foreign("Продажи 1251.csv", "07d;C07;30.02.2024;Оплачен;10,00", "bad_date"),
        foreign("Продажи 1251.csv", "07e;C07;29.02.2023;Оплачен;10,00", "bad_date"),
        foreign("Продажи 1251.csv", "07f;C07 f;29.02.2024;Оплачен;10,00", sold="10"),
    ],
    8: [
        foreign("orders_mixed_dates.csv", "08a,C08,2024-01-02,paid,10.00", sold="10"),
        foreign("orders_mixed_dates.csv", "08b,C08,01/02/2024,paid,10.00", "bad_date"),
        foreign("orders_mixed_dates.csv", "08c,C08,02.01.2024,paid,10.00", "bad_date"),
        foreign("Продажи 1251.csv", "08d;C08;01/02/2024;Оплачен;10,00", "bad_date"),
        foreign("Продажи 1251.csv", "08e;C08;2024-01-02;Оплачен;10,00", "bad_date"),
        foreign("Продажи 1251.csv", "08f;C08;01.02.2024;Оплачен;10,00", sold="10"),
    ],
    9: [
        order(f"09{letter}", "bad_number", amount=text)
        for letter, text in zip(
            "abcdefghij",
            ("abc", "12 шт", "#N/A", "NaN", "inf", "-Infinity", "1e5", "1_000", "0x1F", "1.2.3"),
            strict=True,
        )
    ],
    10: [
        *(
            foreign("Продажи 1251.csv", f"10{letter};C10;01.03.2024;Оплачен;{text}", sold="1234.56")
            for letter, text in zip(
                "abcde",
                ("1 234,56", "1234,56", f"1{NBSP}234,56", "1 234,56 руб.", "1 234,56 р."),
                strict=True,
            )
        ),
        foreign("german.tsv", "10f\tC10 f\t2024-03-01\tpaid\t1.234,56", sold="1234.56"),
        foreign("german.tsv", f"10g\tC10 g\t2024-03-01\tpaid\t1.234,56{NARROW}₽", sold="1234.56"),
        foreign("german.tsv", "10h\tC10\t2024-03-01\tpaid\t1.23", "bad_number"),
        foreign("german.tsv", "10i\tC10\t2024-03-01\tpaid\t1 234,56", "bad_number"),
        *(
            order(f"10{letter}", "bad_number", amount=text)
            for letter, text in zip(
                "jklmno",
                ("1 234,56", "1.234,56", f"1{NBSP}234.56", f"1{NARROW}234.56", "1234.56 ₽", "1234 руб."),
                strict=True,
            )
        ),
    ],
    11: [foreign("orders_bom_crlf.csv", "11a,2024-03-01,paid,10.00,C11", sold="10")],
    12: [
        foreign("orders_bom_crlf.csv", "12a,2024-03-01,paid,10.00,C12", sold="10"),
        foreign("orders_cr.csv", "12b,2024-03-01,paid,10.00,C12", sold="10"),
        foreign("orders_cr.csv", "12c,2024-03-01,paid,10.00,C12", sold="10"),
    ],
    13: [
        foreign("german.tsv", "13a\tC13\t2024-03-01\tpaid\t7,5", sold="7.5"),
        foreign("pipe.csv", "13b|C13|2024-03-01|paid|8.5", sold="8.5"),
        foreign("Продажи 1251.csv", "13c;C13;01.03.2024 10:00;Оплачен;9,5", sold="9.5"),
    ],
    14: [foreign("Продажи 1251.csv", "14a;Иванов №1;01.03.2024;Оплачен;5,00", sold="5")],
    16: [foreign("orders_extra.csv", "red,10.00,paid,2024-03-01,C16,16a", sold="10")],
    17: [foreign("orders_extra.csv", ",11.00,paid,2024-03-02,C17,17a", sold="11")],
    18: [
        foreign("orders_ragged.csv", "18a,C18,2024-03-01,paid", "ragged_line"),
        foreign("orders_ragged.csv", "18b,C18,2024-03-01,paid,10.00,more", "ragged_line"),
        foreign("orders_ragged.csv", '18c,"C18\nin two lines",2024-03-01,paid,10.00', sold="10"),
        foreign("orders_ragged.csv", '18d,"C18 ""quoted"", comma",2024-03-01,paid,10.00', sold="10"),
        foreign("orders_ragged.csv", "18e,C\x0018,2024-03-01,paid,10.00", "nul_byte"),
        foreign("orders_ragged.csv", '18f,"C18,2024-03-01,paid,10.00', "unclosed_quote"),
        foreign("orders_ragged.csv", "18g,C18,2024-03-01,paid,10.00", sold="10"),
    ],
    19: [
        order("19a", currency="RUR"),
        order("19b", currency="руб"),
        order("19c", sold="900", currency="usd"),
        order("19d", "currency_unknown", currency="XXX"),
        order("19e", "currency_unknown", currency="тугрик"),
        order("19f", "rate_missing", currency="EUR"),
        order("19g", "rate_missing", currency="USD", at="2024-03-02"),
        foreign("exchange_rates.csv", "USD,2024-03-01,90"),
    ],
    20: [order("20a", customer="C20 nobody has registered")],
    21: [person("C21")],
    22: [
        order("22a", sold="40", amount="100"),
        refund("R22a", "22a", "60"),
        refund("R22b", "22a", "60.01", "refund_exceeds_order"),
        order("22b", sold="30", amount="50"),
        refund("R22c", "22b", "20"),
        refund("R22d", "22b", "20", "duplicate_refund"),
        refund("R22e", "22b", "5", "refund_before_order", at="2024-02-28"),
        refund("R22f", "no such order", "5", "orphan_refund"),
        order("22c", sold="10"),
        Row("22c,1,P22,1,10.00", file="order_lines.csv"),
        refund("R22g", "22c", "5", "refund_line_unknown", line_no="2"),
        refund("R22h", "22c", "5", "refund_currency_mismatch", currency="USD"),
        order("22d", sold=None),
        refund("R22i", "22d", "10.00"),
        refund("R22j", "22d", "0.01", "refund_exceeds_order", at="2024-03-06"),
        refund("R22k", "22c", "1", "duplicate_refund"),
        refund("R22k", "22c", "2", "duplicate_refund"),
        refund("R22i", "22d", "10.00", COPY),
    ],
    23: [
        *(person(f"C23{letter}") for letter in "abcdef"),
        person("C23p", phone="+7 (923) 000-23-23"),
        person("C23q", phone="8 923 000 23 23"),
        referral("C23c", "2024-01-03", "C23a", "referral_cycle"),
        referral("C23b", "2024-01-02", "C23c"),
        referral("C23a", "2024-01-01", "C23b"),
        referral("C23d", "2024-01-01", "C23d", "self_referral"),
        referral("C23p", "2024-01-01", "C23q", "self_referral"),
        referral("C23d", "2024-01-02", "C23f", finding="second_referrer"),
        referral("C23e", "2024-01-01", "C23f"),
        referral("C23e", "2024-01-04", "", "missing_referred_customer_id"),
    ],
    24: [
        *(person(f"C24{letter}", phone=phone) for letter, phone in PHONES.items()),
        person("C24e", email="Anna.24@Example.com "),
        person("C24f", email=" anna.24@example.com"),
        *(order(f"24{letter}", customer=f"C24{letter}") for letter in "abcdefghij"),
    ],
    25: [
        person("C25a", phone="70000000000"),
        person("C25b", phone="8 (000) 000-00-00"),
        person("C25c", email="info@shop-25.example.com"),
        person("C25d", email="INFO@shop-25.example.com"),
        *(person(f"C25{letter}", phone="+7 925 111-25-25") for letter in "efghij"),
        *(order(f"25{letter}", customer=f"C25{letter}") for letter in "abcdefghij"),
    ],
    26: [
        order("26a", customer="C26 spring", at="2010-03-28 02:30"),
        order("26b", customer="C26 autumn", at="2010-10-31 02:30"),
        order("26c", customer="C26 autumn", at="2010-10-31 02:30"),
        order("26d", customer="C26 night", at="2024-03-31T23:30:00Z"),
        order("26e", customer="C26 night", at="2024-03-31 23:30"),
    ],
    27: [
        person("C27", birth_date="2000-02-29"),
        person("C27 never", birth_date="2001-02-29", verdict="bad_date"),
        order("27a", at="2024-02-29"),
        order("27b", customer="C27 month end", at="2024-01-31"),
        order("27c", customer="C27 month end", at="2024-02-29"),
    ],
    28: [
        order("28a", customer="C28 giant", amount="1000000000000000"),
        order("28b", customer="C28 giant", amount="99999999999999.99"),
        order("28c", customer="C28 exact", amount="90071992547409.93"),
        order("28d", customer="C28 exact", amount="0.01"),
        order("28e", "bad_number", amount="99999999999999999999"),
        order("28f", customer="C28 fine", amount="0.005", sold="0.01"),
        order("28g", customer="C28 fine", amount="1.015", sold="1.02"),
    ],
    29: [
        *(
            row
            for n, text in enumerate(CODE)
            for row in (
                person(text, text),
                order(f"29{n}", customer=text, channel=text),
                Row(line(f"29{n}", "1", text, "1", "10.00"), file="order_lines.csv"),
                Row(line(text, text), file="products.csv"),
            )
        ),
        order(f"29 {CODE[0]}", "bad_number", amount=CODE[1]),
    ],
    30: [
        *(order(f"30{n}", customer=text, channel=text) for n, text in enumerate(FORMULAS)),
        *(order(f"{text}30", "bad_number", amount="x") for text in FORMULAS),
        Row(line("\t=1+1", "C30", "2024-03-01", "paid", "x", *[""] * 5), "bad_number"),
    ],
    31: [order("31b"), order("31a"), order("31c", at="2024-03-01 11:59")],
    32: [
        foreign("orders_sent_again.csv", "32a,C32,2024-03-01,paid,10.00", sold="10"),
        foreign("orders_sent_again.csv", "32a,C32,2024-03-01,paid,10.00", COPY),
    ],
    33: [order("33a", customer="C33 deleted")],
    34: [
        *(person(f"C34 {n}", name) for n, name in enumerate(NAMES)),
        order("34a", customer="34\u0439"),
        order("34b", customer=f" 34\u0438\u0306{ZERO_WIDTH}"),
        order("34\u0438\u0306", customer="C34", sold="10"),
    ],
    35: [
        order("00042", customer="0035"),
        order("42", customer="35"),
        order("4.2E+10", "bad_id", customer="35"),
        order("35a", "bad_id", customer="4.2E+10"),
    ],
    36: [
        order("36a", sold=None, status="cancelled"),
        order("36b", sold=None, status="test"),
        order("36c", sold=None, status="pending"),
        order("36d", sold=None, status="returned"),
        order("36e", "unknown_status", status="draft"),
        order("36f", "unknown_status", status="оплачен"),
        foreign("Продажи 1251.csv", "36g;C36;01.03.2024;Черновик;10,00"),
        order("36h", status=" PAID "),
    ],
    37: [
        *(order(f"37{letter}") for letter in "abcd"),
        order("37e", sold=None),
        refund("R37", "37e", "10.00"),
        coupon("K37a", "37a"),
        coupon("K37b", "37c", "coupon_used_again"),
        coupon("K37b", "37b"),
        coupon("K37c", "37d", "coupon_used_after_expiry", valid_to="2024-02-29"),
        coupon("K37d", "37a", valid_to="2024-03-01"),
        coupon("K37e", "no such order", "coupon_of_unknown_order"),
        coupon("K37f", "37e", "coupon_of_refunded_order"),
        coupon("K37g", ""),
        points("P37a", "2024-01-02", "-15", "points_below_zero"),
        points("P37a", "2024-01-01", "10"),
        points("P37b", "2024-03-01", "10", "points_of_refunded_order", order_id="37e"),
        points("P37c", "2024-01-01", "10", expires_at="2024-01-31"),
        points("P37c", "2024-01-31 20:00", "-4"),
        points("P37c", "2024-02-01", "-6", "points_taken_after_expiry"),
        points("P37d", "2024-03-01", "10", order_id="37e"),
        points("P37d", "2024-03-05", "-10", order_id="37e"),
    ],
    38: [
        person("C38", tax_id="7700000138"),
        *(order(f"38000{n}", customer="C38", amount=f"{n}00.38") for n in (1, 2, 3)),
        payment("B1", "601.14", "ООО Три заказа", "7700000138", "Оплата по счетам 380001, 380002, 380003"),
        payment("B2", "9000.00", "ООО Магазин", "7700000238", "Перевод собственных средств"),
        payment("B3", "1111.11", 'ООО "Ромашка-38"', "", "За товар"),
        payment("B4", "2222.22", "«РОМАШКА-38»  ООО", "", "За товар"),
        payment("B5", "-50.00", "ООО Магазин", "7700000238", "Возврат по договору", direction="out"),
        payment("B3", "1111.11", 'ООО "Ромашка-38"', "", "За товар", COPY, statement="spring"),
        payment("B4", "2222.22", "«РОМАШКА-38»  ООО", "", "За товар", COPY, statement="spring"),
    ],
    39: [
        order("39a", amount="39.39"),
        foreign("pipe.csv", "39b|C39|2024-03-01 12:05|paid|39.39", "same_sale"),
        order("39c", customer="C39 day", amount="93.93"),
        foreign("pipe.csv", "39d|C39 day|2024-03-01|paid|93.93", sold="93.93"),
    ],
}


@dataclass(frozen=True)
class Written:
    """A row where it was written: its case and its first line."""

    case: int
    row: Row
    line_no: int


def write_shop(folder: Path) -> list[Written]:
    """Write the files of the nasty shop; return every row with the line it begins on."""
    folder.mkdir(parents=True)
    (folder / "intake.yml").write_text(INTAKE, "utf-8")
    written: list[Written] = []
    for file, header in HEADERS.items():
        rows = [(case, row) for case, rows in CASES.items() for row in rows if row.file == file]
        if not rows and file != "orders_header_only.csv":
            continue
        line_no = 2
        for case, row in rows:
            written.append(Written(case, row, line_no))
            line_no += row.text.count("\n") + 1
        texts = [header, *(row.text for _, row in rows)]
        (folder / file).write_bytes(_content(file, texts))
    return written


def _content(file: str, texts: list[str]) -> bytes:
    if file == "orders_bom_crlf.csv":
        return b"\xef\xbb\xbf" + "".join(f"{text}\r\n" for text in texts).encode()
    if file == "orders_cr.csv":
        return "\r".join(texts).encode()
    content = "".join(f"{text}\n" for text in texts)
    return content.encode("cp1251" if file == "Продажи 1251.csv" else "utf-8")
