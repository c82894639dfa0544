"""The dirt: broken rows, added under ids of their own, so that no good order is lost to it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict

from scripts.demo.files import Table, cell
from scripts.demo.plan import QUALIFYING
from scripts.demo.shop import Shop

#: What is written into which column of a copy of a good order, and what must become of it.
DIRTY_ORDERS = (
    ("amount", ""),  # missing_amount
    ("amount", "12 шт"),  # bad_number: a unit
    ("amount", "NaN"),  # bad_number: would poison every sum
    ("amount", "1e5"),  # bad_number: not 100000
    ("amount", "1 234,56"),  # bad_number: no such decimals were declared
    ("amount", "-500.00"),  # negative_amount
    ("ordered_at", ""),  # missing_ordered_at
    ("ordered_at", "2024-02-30 12:00:00"),  # bad_date: no such day
    ("ordered_at", "01/02/2024"),  # bad_date: January or February?
    ("ordered_at", "1900-01-01 00:00:00"),  # date_out_of_range: a spreadsheet's zero
    ("ordered_at", "2099-12-31 10:00:00"),  # date_out_of_range: must not move the as-of date
    ("status", "on_hold"),  # unknown_status
    ("status", ""),  # missing_status
    ("currency", "XXX"),  # currency_unknown
    ("currency", "USD"),  # rate_missing
    ("customer_id", "4.2E+10"),  # bad_id: a spreadsheet was here
)


def _spoil_orders(shop: Shop, orders: Table, lines: Table) -> None:
    rng, dirty = shop.rng, []
    good = [n for n, row in enumerate(orders.rows) if row[3] == "completed" and row[5] == "RUB"]
    lines_of: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(lines.rows):
        lines_of[row[0]].append(number)
    for copy in range(shop.count(4)):
        base = rng.choice(good)
        for number, (column, value) in enumerate(DIRTY_ORDERS):
            dirty.append(orders.like(base, order_id=f"PH-D{copy}-{number}", **{column: value}))
        dirty.append(orders.like(rng.choice(good)))  # duplicate_exact
        # order_id_conflict: both of PH-C, and the earlier version of PH-V; the later one loads.
        changed, odd = f"PH-V{copy}", f"PH-Ё/é {copy}"
        dirty += [
            orders.like(base, order_id=f"PH-C{copy}", amount="100.00"),
            orders.like(base, order_id=f"PH-C{copy}", amount="200.00"),
            orders.like(base, order_id=changed, amount="300.00"),
            orders.like(base, order_id=changed, updated_at="2025-06-30 20:00:00"),
            orders.like(base, order_id=odd, currency="руб."),  # loads: an alias, an id of any text
        ]
        for number, order_id in itertools.product(lines_of[orders.rows[base][0]], (changed, odd)):
            lines.rows.append(lines.like(number, order_id=order_id))
    dirty.append(["PH-RAGGED", "C00001", "2024-03-05 12:00:00", "paid", "100.00"])  # ragged_line
    dirty.append(["PH-QUOTE", '"C00001', "2024-03-05 12:00:00", "paid"])  # unclosed_quote
    orders.scatter(rng, dirty)


def _spoil_order_lines(shop: Shop, lines: Table) -> None:
    dirty = [
        lines.like(0, order_id="PH-NOWHERE"),  # orphan_line
        lines.like(0, line_no="91", quantity="-1"),  # negative_amount
        lines.like(0, line_no="92", quantity="две"),  # bad_number
        lines.like(0, line_no="93", product_id=""),  # missing_product_id
        lines.like(0, order_id="1.00001E+12"),  # bad_id
        lines.like(-1),  # duplicate_exact
    ]
    lines.scatter(shop.rng, dirty)


def _spoil_refunds(shop: Shop, refunds: Table) -> None:
    refunded = {id(order) for order, *_ in shop.refunds}
    # A good refund in an order of its own, to be spoilt: paid in rubles, early, not refunded yet.
    order = next(
        o
        for o in shop.orders
        if o.status in QUALIFYING and o.amount > 100_000 and id(o) not in refunded
        if o.customer and o.customer.currency == "RUB"
    )
    good = {"order_id": order.order_id, "line_no": "", "amount": "10.00", "currency": "RUB"}
    good["refunded_at"] = cell(order.moment + dt.timedelta(days=14))
    dirty = [
        refunds.like(0, **(good | {"refund_id": f"RF-D{number:02d}"} | changes))
        for number, changes in enumerate((
            {"order_id": "PH-NOWHERE"},  # orphan_refund
            {"amount": "99999999.00"},  # refund_exceeds_order
            {"refunded_at": "2023-06-30 12:00:00"},  # refund_before_order
            {"currency": "EUR"},  # refund_currency_mismatch
            {"refund_id": "RF-TWICE", "amount": "11.00"},  # duplicate_refund, both
            {"refund_id": "RF-TWICE", "amount": "12.00"},
            {"amount": "13.00"},  # the first counts
            {"amount": "13.00"},  # duplicate_refund: under another id
            {"line_no": "77"},  # refund_line_unknown
            {"amount": ""},  # missing_amount
            {"order_id": "1.00001E+12"},  # bad_id
        ))
    ]  # fmt: skip
    refunds.scatter(shop.rng, dirty)


def _spoil_customers(shop: Shop, customers: Table) -> None:
    nobody = {"email": "", "phone": "", "card_no": "", "tax_id": ""}
    changes = (
        {"name": "'; DROP TABLE orders;--"},  # loads
        {"name": 'ООО "Рога, копыта и Ко"'},  # loads: comma and quotes
        {"name": "Две\nстроки"},  # loads: a line break in quotes
        {"name": "{{ 1/0 }}"},  # loads
        {"name": "=1+1"},  # loads
        {"created_at": "2024-02-30"},  # bad_date
        {"is_image": "maybe"},  # bad_boolean
        {"district_distance_km": "рядом"},  # bad_number
        {"customer_id": "4.2E+10"},  # bad_id
        {"customer_id": ""},  # missing_customer_id
        {"customer_id": "X-TWICE", "name": "Один"},  # customer_id_conflict, both
        {"customer_id": "X-TWICE", "name": "Другой"},
    )
    dirty = [
        customers.like(-1, **(nobody | {"customer_id": f"X{number:04d}"} | change))
        for number, change in enumerate(changes)
    ]
    customers.scatter(shop.rng, [*dirty, customers.like(0)])  # the last: duplicate_exact


def _spoil_interactions(shop: Shop, interactions: Table) -> None:
    dirty = [
        interactions.like(0, interaction_id="I-D1", kind=""),  # missing_kind
        interactions.like(0, interaction_id="I-D2", occurred_at="вчера"),  # bad_date
    ]
    interactions.scatter(shop.rng, dirty)


def spoil(shop: Shop, tables: dict[str, Table]) -> None:
    """Put the broken rows in between the good ones."""
    _spoil_orders(shop, tables["orders_2024"], tables["order_lines"])
    _spoil_order_lines(shop, tables["order_lines"])
    _spoil_refunds(shop, tables["refunds"])
    _spoil_customers(shop, tables["customers"])
    _spoil_interactions(shop, tables["interactions"])
