"""Bank statements in the text form of 1C: one document a record, and whose money came in."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from test_intake import SHARED, declare
from test_land import Shop

OWN, ANOTHER, CLIENT = "40702810000000000001", "40702810000000000002", "40702810900000000005"
HEADER = f"1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nРасчСчет={OWN}\n"
INCOMING = f"""СекцияДокумент=Платежное поручение
Номер=1
Дата=10.01.2024
Сумма=3238.34
ПлательщикСчет={CLIENT}
Плательщик=7700000005, ООО «Клиент»
Плательщик1=ООО «Клиент»
ПлательщикИНН=7700000005
ПолучательСчет={OWN}
ДатаПоступило=11.01.2024
Получатель1=ООО "Мы"
ПолучательИНН=7700000000
НазначениеПлатежа=Оплата по счету № 1; a=b
КонецДокумента
"""
OUTGOING = f"""СекцияДокумент=Банковский ордер
Номер=2
Дата=12.01.2024
Сумма=100.00
ПлательщикРасчСчет={OWN}
ДатаСписано=12.01.2024
Получатель=АО "Банк"
ПолучательРасчСчет={CLIENT}
НазначениеПлатежа1=Комиссия
НазначениеПлатежа2=за январь
КонецДокумента
"""
END = "КонецФайла\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def statement(shop: Shop, *documents: str, name: str = "kl_to_1c.txt", header: str = HEADER) -> Shop:
    return shop.write(name, (header + "".join(documents) + END).replace("\n", "\r\n").encode("cp1251"))


def column(shop: Shop, name: str) -> list:
    return [v for (v,) in shop.rows(f"select {name} from raw.bank_transactions order by _file, _line")]


def test_a_document_is_a_record_whose_amount_is_signed_by_the_way_it_went(shop: Shop):
    assert statement(shop, INCOMING, OUTGOING).land().rows == 2
    assert shop.rows(
        "select booked_at, amount, direction, payer_name, payer_tax_id, purpose, document_no, document_kind, "
        "payer_account, receiver_name, receiver_tax_id, receiver_account, currency, _line "
        "from raw.bank_transactions order by _line"
    ) == [
        (
            "2024-01-11", "3238.34", "in", "ООО «Клиент»", "7700000005", "Оплата по счету № 1; a=b", "1",
            "Платежное поручение", CLIENT, 'ООО "Мы"', "7700000000", OWN, None, 5,
        ),
        (
            "2024-01-12", "-100.00", "out", None, None, "Комиссия за январь", "2",
            "Банковский ордер", OWN, 'АО "Банк"', None, CLIENT, None, 19,
        ),
    ]  # fmt: skip
    assert column(shop, "_raw_text")[0] == INCOMING.strip()


def test_overlapping_statements_give_the_same_ids_and_others_do_not(shop: Shop):
    statement(shop, INCOMING, OUTGOING, name="january.txt")
    statement(shop, OUTGOING, INCOMING.replace("3238.34", "3238.35"), name="february.txt").land()
    february, january = column(shop, "transaction_id")[:2], column(shop, "transaction_id")[2:]
    assert february[0] == january[1]
    assert len({*february, *january}) == 3


def test_a_transfer_between_own_accounts_is_neither_in_nor_out_whichever_statement_tells_it(shop: Shop):
    transfer = INCOMING.replace(CLIENT, ANOTHER)
    sent = transfer.replace("ДатаПоступило", "ДатаСписано")
    statement(shop, transfer, name="one.txt")
    statement(shop, sent, name="two.txt", header=HEADER.replace(OWN, ANOTHER)).land()
    assert column(shop, "direction") == ["own", "own"]
    assert column(shop, "amount") == ["3238.34", "-3238.34"]
    assert len(set(column(shop, "transaction_id"))) == 2


def test_a_payment_order_that_no_bank_has_booked_is_no_income(shop: Shop):
    order = INCOMING.replace("ДатаПоступило=11.01.2024\n", "")
    statement(shop, order, header="1CClientBankExchange\nКодировка=Windows\n").land()
    assert column(shop, "amount") == ["-3238.34"]
    assert column(shop, "booked_at") == ["2024-01-10"]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Windows", "cp1251"), ("DOS", "cp866"), ("UTF-8", "utf-8"), ("Windows", "utf-8-sig")],
)
def test_the_encoding_is_what_the_file_says_it_is(shop: Shop, name: str, encoding: str):
    text = (
        HEADER.replace("Windows", name) + INCOMING.replace("«", '"').replace("»", '"').replace("№", "N") + END
    )
    shop.write("bank.txt", text.encode(encoding)).land()
    assert column(shop, "payer_name") == ['ООО "Клиент"']


def test_a_statement_that_does_not_say_its_encoding_is_refused_unless_it_is_declared(shop: Shop):
    header = HEADER.replace("Кодировка=Windows\n", "")
    assert "encoding: cp1251" in statement(shop, INCOMING, header=header).refusal()
    declare(shop, "{path: kl_to_1c.txt, encoding: cp1251, source: bank}", "bank_transactions").land()
    assert column(shop, "payer_name") == ["ООО «Клиент»"]
    assert shop.rows("select source from raw.files") == [("bank",)]


@pytest.mark.parametrize(
    ("said", "encoding"), [("Windows", "cp866"), ("DOS", "cp1251"), ("UTF-8", "cp1251"), ("Windows", "utf-8")]
)
def test_a_statement_in_another_encoding_than_it_says_is_refused(shop: Shop, said: str, encoding: str):
    text = (HEADER.replace("Windows", said) + INCOMING + END).replace("«", '"').replace("»", '"')
    shop.write("bank.txt", text.replace("№", "N").encode(encoding))
    assert shop.refusal().startswith("bank.txt is not ")
    assert f"encoding: {encoding}" in shop.refusal()


def test_a_statement_in_another_encoding_than_declared_is_refused(shop: Shop):
    declare(statement(shop, INCOMING), "{path: kl_to_1c.txt, encoding: cp866}", "bank_transactions")
    assert "kl_to_1c.txt is not cp866" in shop.refusal()


def test_a_payment_is_one_however_two_statements_write_its_sum(shop: Shop):
    statement(shop, INCOMING.replace("3238.34", "1234.50"), name="a.txt")
    statement(shop, INCOMING.replace("3238.34", "1234.5"), name="b.txt")
    statement(shop, INCOMING.replace("3238.34", "1 234,50"), name="c.txt")
    declare(shop, '{path: c.txt, decimal: ",", thousands: " "}', "bank_transactions").land()
    assert len(column(shop, "transaction_id")) == 3
    assert len(set(column(shop, "transaction_id"))) == 1


def test_a_statement_without_its_end_is_noted(shop: Shop):
    assert statement(shop, INCOMING).land().notes == ()
    shop.write("kl_to_1c.txt", (HEADER + INCOMING).encode("cp1251"))
    assert shop.land().notes == ("kl_to_1c.txt has no КонецФайла at its end; it may have been cut off",)


def test_a_byte_that_is_not_in_the_encoding_is_named(shop: Shop):
    content = HEADER.encode("cp1251")
    shop.write("bank.txt", content + b"\x98\n")
    assert f"bank.txt is not cp1251 (byte {len(content) + 1})" in shop.refusal()


def test_a_document_without_an_end_is_kept_and_costs_no_other(shop: Shop):
    broken = INCOMING.replace("КонецДокумента\n", "")
    assert statement(shop, broken, OUTGOING, broken).land().rows == 3
    assert column(shop, "document_no") == ["2"]
    assert shop.rows("select file_line, rule_code, raw_text from raw.rejected_lines order by 1") == [
        (5, "broken_document", broken.strip()),
        (29, "broken_document", broken.strip()),
    ]


def test_a_document_without_an_amount_lands_without_one(shop: Shop):
    statement(shop, OUTGOING.replace("Сумма=100.00\n", "")).land()
    assert column(shop, "amount") == [None]


def test_a_text_file_without_the_signature_is_no_statement(shop: Shop):
    statement(shop, INCOMING).write("readme.txt", "hello")
    assert shop.land().notes == ("readme.txt is not a file of the contract and is ignored",)


def test_a_statement_declared_as_orders_is_a_usage_error(shop: Shop):
    assert "files.orders.path" in declare(statement(shop, INCOMING), "{path: kl_to_1c.txt}").complaint()


@pytest.mark.parametrize("name", ["synthetic_kl_to_1c_cp1251.txt", "dronm_kl_to_1c.txt", "dronm_to_bank.txt"])
def test_statements_of_banks_land_whole(shop: Shop, name: str):
    path = SHARED / "bank_1c" / name
    if not path.exists():
        pytest.skip(f"the shared data are not here ({path})")
    landed = shop.write(name, path.read_bytes()).land()
    assert shop.rows("select count(*) from raw.rejected_lines") == [(0,)]
    amounts = [Decimal(a) for a in column(shop, "amount")]
    assert landed.rows == len(amounts) == len(set(column(shop, "transaction_id")))
    if not name.startswith("synthetic"):
        assert len(amounts) == {"dronm_kl_to_1c.txt": 3, "dronm_to_bank.txt": 2}[name]
        assert max(amounts) < 0
        return
    expected = json.loads(
        (path.parent / "synthetic_kl_to_1c_expected.json").read_text("utf-8"), parse_float=Decimal
    )
    assert landed.rows == expected["documents"]
    assert sum(a for a in amounts if a > 0) == expected["total_in"]
    assert -sum(a for a in amounts if a < 0) == expected["total_out"]
    incoming = "from raw.bank_transactions where direction = 'in'"
    assert shop.rows(
        f"select count(*), count(distinct payer_tax_id), count(distinct payer_name) {incoming}"
    ) == [(expected["incoming"], expected["distinct_payer_inn"], expected["distinct_payer_name_spellings"])]
