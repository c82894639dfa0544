"""A bank statement alone: its payments are the orders, and its refunds lower them."""

from __future__ import annotations

import csv
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import build_marts, query

from scripts.intake import PROJECT

SHARED = Path(os.environ.get("LADDER_SHARED_DATA", PROJECT / ".." / "shared" / "data")) / "bank_1c"
STATEMENT = SHARED / "synthetic_kl_to_1c_cp1251.txt"
EXPECTED = SHARED / "synthetic_kl_to_1c_expected.json"
#: Column of the entity, and the field of the statement it is.
FIELDS = {
    "document_no": "Номер",
    "payer_name": "Плательщик",
    "payer_tax_id": "ПлательщикИНН",
    "payer_account": "ПлательщикСчет",
    "receiver_name": "Получатель",
    "receiver_tax_id": "ПолучательИНН",
    "receiver_account": "ПолучательСчет",
    "purpose": "НазначениеПлатежа",
}

pytestmark = pytest.mark.skipif(not STATEMENT.is_file(), reason="shared data sets are not here")


def documents() -> list[dict[str, str]]:
    """Return the documents of the statement, each as a row of bank_transactions."""
    _, *sections = STATEMENT.read_text("cp1251").split("СекцияДокумент=")
    rows = []
    for section in sections:
        kind, *lines = section.split("КонецДокумента")[0].strip().splitlines()
        fields = dict(line.split("=", 1) for line in lines)
        day, month, year = fields["Дата"].split(".")
        is_ours = fields["ПлательщикСчет"] == "40702810000000000001"
        rows.append(
            {column: fields.get(field, "") for column, field in FIELDS.items()}
            | {
                "transaction_id": f"{year}-{fields['Номер']}",
                "booked_at": f"{year}-{month}-{day}",
                "amount": f"-{fields['Сумма']}" if is_ours else fields["Сумма"],
                "currency": "RUB",
                "document_kind": kind,
                "direction": "out" if is_ours else "in",
            }
        )
    return rows


@pytest.fixture(scope="module")
def expected() -> dict[str, float]:
    return json.loads(EXPECTED.read_text("utf-8"))


@pytest.fixture(scope="module")
def warehouse(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of a folder with two overlapping statements and nothing else."""
    work = tmp_path_factory.mktemp("bank")
    rows = documents()
    (work / "data").mkdir()
    for name, part in (("winter", rows[:200]), ("spring", rows[150:])):
        with (work / "data" / f"bank_transactions_{name}.csv").open("w", encoding="utf-8") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(part)
    return build_marts(work / "data", work, parsed)


def test_every_document_is_known_for_what_it_is(warehouse: Path, expected: dict[str, float]):
    kinds = query(warehouse, "select kind, count(*), sum(amount) from core.payments group by kind")
    found = {kind: (count, float(amount)) for kind, count, amount in kinds}
    fees = round(expected["refund_sum"] - expected["total_out"], 2)
    assert found == {
        "customer_payment": (expected["incoming"], expected["total_in"]),
        "refund_paid": (expected["refunds"], -expected["refund_sum"]),
        "bank_fee": (expected["bank_fees"], fees),
    }


def test_the_overlap_of_two_statements_is_counted_as_copies(warehouse: Path):
    assert query(
        warehouse,
        "select sum(rows_in), sum(rows_loaded), sum(rows_duplicate) from quality.row_accounting",
    ) == [(361, 311, 50)]


def test_payers_are_customers_whatever_their_spelling(warehouse: Path, expected: dict[str, float]):
    (customers,) = query(warehouse, "select count(distinct customer_id) from core.bank_orders")
    assert customers == (expected["distinct_payer_inn"],)
    (sources,) = query(warehouse, "select min(source), max(source) from marts.orders")
    assert sources == ("bank", "bank")


def test_a_refund_lowers_nothing_only_where_the_payer_has_not_paid_so_much_before(warehouse: Path):
    rows = documents()
    hopeless = {
        refund["transaction_id"]
        for refund in rows
        if refund["purpose"].startswith("Возврат")
        and not any(
            payment["payer_tax_id"] == refund["receiver_tax_id"]
            and payment["booked_at"] <= refund["booked_at"]
            and Decimal(payment["amount"]) >= -Decimal(refund["amount"])
            for payment in rows
        )
    }
    assert len(hopeless) == 4
    listed = query(warehouse, "select transaction_id, reason from quality.unmatched_payments")
    assert dict(listed) == dict.fromkeys(hopeless, "refund_of_no_bank_order")


def test_revenue_is_what_came_in_less_what_was_paid_back(warehouse: Path, expected: dict[str, float]):
    (revenue,) = query(warehouse, "select sum(revenue) from marts.customer_facts")[0]
    (listed,) = query(warehouse, "select -sum(unmatched_amount) from quality.unmatched_payments")[0]
    came_in, paid_back = (Decimal(str(expected[name])) for name in ("total_in", "refund_sum"))
    assert revenue == came_in - (paid_back - listed)
