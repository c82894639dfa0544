"""One person under many ids: from files to `customer_map`, and the components that it rests on."""

from __future__ import annotations

import csv
import hashlib
import itertools
import random
from pathlib import Path

import duckdb
import jinja2
import pytest
from conftest import build_marts, query
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.intake import PROJECT

GRAPH = PROJECT / "macros" / "dialect" / "graph.sql"
JINJA = jinja2.Environment(extensions=["jinja2.ext.do"])
COMPONENTS = JINJA.from_string(GRAPH.read_text("utf-8")).module.duckdb__connected_components("links")
Link = tuple[int, int]


# Components


def components(links: list[Link]) -> dict[int, int]:
    """The smallest node of the component of every linked node, by the macro."""
    with duckdb.connect() as connection:
        connection.execute("create table links (from_id integer, to_id integer)")
        both_ways = sorted({*links, *((b, a) for a, b in links)}, key=lambda _: random.random())
        for start in range(0, len(both_ways), 1000):
            values = ", ".join(map(str, both_ways[start : start + 1000]))
            connection.execute(f"insert into links values {values}")
        return dict(connection.execute(COMPONENTS).fetchall())


def components_by_hand(links: list[Link]) -> dict[int, int]:
    """The same by union-find."""
    parent = {node: node for link in links for node in link}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {node: root(node) for node in parent}


NODES = st.integers(0, 40)
LINKS = st.lists(st.tuples(NODES, NODES).filter(lambda link: link[0] != link[1]), min_size=1, max_size=60)


@given(LINKS)
@settings(max_examples=60, deadline=None)
def test_the_components_are_those_of_union_find(links: list[Link]):
    assert components(links) == components_by_hand(links)


@pytest.mark.parametrize("is_shuffled", [False, True])
def test_a_chain_of_five_thousand_is_one_component(is_shuffled: bool):
    nodes = list(range(5000))
    if is_shuffled:
        random.Random(1).shuffle(nodes)
    found = components(list(itertools.pairwise(nodes)))
    assert found == dict.fromkeys(range(5000), 0)


# From files


def write(folder: Path, entity: str, *rows: dict[str, str]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / f"{entity}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def order(order_id: str, day: str, **who: str) -> dict[str, str]:
    return {"order_id": order_id, "ordered_at": day, "status": "paid", "amount": "10"} | who


def customer(customer_id: str, created_at: str = "", **keys: str) -> dict[str, str]:
    return {"customer_id": customer_id, "created_at": created_at} | keys


@pytest.fixture(scope="module")
def shop(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with every way in which ids can be, or only seem, one person."""
    folder = tmp_path_factory.mktemp("identity")
    data = folder / "data"
    data.mkdir()
    write(
        data,
        "customers",
        # One person, over a chain of different keys: phone, then e-mail, then card.
        customer("ann-crm", "2024-01-05", phone="+7 (912) 345-67-89"),
        customer("ann-site", "2024-01-03", phone="8 912 345 67 89", email="Ann@mail.ru "),
        customer("ann-till", "2024-02-01", email="ann@MAIL.ru", card_no="K-7"),
        customer("ann-app", "2024-03-01", card_no="K-7"),
        # Registered on one day: the smaller id stays. Leading zeros tell ids and cards apart.
        customer("00042", "2024-01-01", tax_id="7701234567"),
        customer("42", "2024-01-01", tax_id="7701234567"),
        customer("zero-1", "2024-01-01", card_no="007"),
        customer("zero-2", "2024-01-01", card_no="7"),
        # The 8 of 800 and 812 is part of the number.
        customer("free-1", "2024-01-01", phone="8 800 555-35-35"),
        customer("free-2", "2024-01-02", phone="8005553535"),
        customer("piter-1", "2024-01-01", phone="8 812 555-35-35"),
        customer("piter-2", "2024-01-02", phone="+78125553535"),
        customer("not-free", "2024-01-01", phone="+7 495 555 35 35"),
        # Dummies, an office's mailbox, and one phone of six people.
        *(customer(f"dummy-{n}", "2024-01-01", phone="+7 000 000-00-00") for n in range(3)),
        *(customer(f"office-{n}", "2024-01-01", email="info@firm.ru") for n in range(2)),
        *(customer(f"dorm-{n}", "2024-01-01", phone="84951112233") for n in range(6)),
        # Sixty people in a chain, each sharing an e-mail with the next.
        *(customer(f"row-{n:02}", phone=f"8495222{n:04}", email=f"row{n // 2}@x.ru") for n in range(60)),
        *(
            customer(f"row-{n:02}-b", phone=f"8495222{n:04}", email=f"row{(n + 1) // 2}b@x.ru")
            for n in range(60)
        ),
    )
    write(
        data,
        "leads",
        {"lead_id": "L1", "first_known_at": "2023-12-01", "customer_id": "42"},
        {"lead_id": "L2", "first_known_at": "2023-12-05", "phone": "7 912 345 6789"},
        {"lead_id": "L3", "first_known_at": "2023-12-07", "email": "buyer@mail.ru"},
        {"lead_id": "L4", "first_known_at": "2023-12-09", "email": "never@mail.ru"},
    )
    write(
        data,
        "orders",
        order("o1", "2024-02-01", customer_id="ann-crm"),
        order("o2", "2024-02-02", customer_id="ann-app"),
        order("o3", "2024-02-03", email="ANN@mail.ru"),
        order("o4", "2024-02-04", phone="8-912-345-67-89", email="other@mail.ru"),
        order("o5", "2024-02-05", email="buyer@mail.ru"),
        order("o6", "2024-02-06", email="guest@mail.ru"),
        order("o7", "2024-02-07", email="Guest@mail.ru", phone="8 913 345 67 89"),
        order("o8", "2024-02-08", phone="+7 000 000-00-00"),
        order("o9", "2024-02-09"),
        order("o10", "2024-02-10", customer_id="stranger", email="ann@mail.ru"),
        order("o11", "2024-02-11", card_no="K-9"),
        order("o12", "2024-12-31", customer_id="00042"),
    )
    write(data, "cards", {"card_no": "K-9", "customer_id": "holder", "issued_at": "2024-01-15"})
    write(
        data,
        "bank_transactions",
        *(
            {"transaction_id": f"t{n}", "booked_at": "2024-03-01", "amount": amount} | payer
            for n, (amount, payer) in enumerate(
                [
                    ("100", {"payer_name": "ООО «Ромашка»", "payer_tax_id": "7701234567"}),
                    ("100", {"payer_name": "Общество с ограниченной ответственностью РОМАШКА"}),
                    ("100", {"payer_name": "Иванов Иван"}),
                    ("100", {"payer_name": "Bank", "payer_tax_id": "7702", "purpose": "Выдача кредита"}),
                ]
            )
        ),
    )
    return build_marts(data, folder, parsed)


def payer(who: str) -> str:
    """The id of whom only the bank knows: a hash of the tax id or name, so that neither leaves with it."""
    return f"payer:{hashlib.md5(who.encode()).hexdigest()[:16]}"


@pytest.fixture(scope="module")
def mapped(shop: Path) -> dict[str, tuple[str, str]]:
    found = query(shop, "select customer_id, survivor_id, matched_by from quality.customer_map")
    return {raw: (survivor, matched_by) for raw, survivor, matched_by in found}


def test_a_chain_of_different_keys_is_one_person_under_the_oldest_id(mapped):
    assert mapped["ann-site"] == ("ann-site", "own_id")
    assert mapped["ann-crm"] == ("ann-site", "phone")
    assert mapped["ann-till"] == ("ann-site", "card+email")
    assert mapped["ann-app"] == ("ann-site", "card")
    assert mapped["lead:L2"] == ("ann-site", "phone")
    assert mapped["guest:o3"] == ("ann-site", "email")
    assert mapped["guest:o4"] == ("ann-site", "phone")


def test_of_two_registered_on_one_day_the_smaller_id_stays(mapped):
    assert mapped["00042"] == ("00042", "own_id")
    assert mapped["42"] == ("00042", "customer_id+tax_id")
    assert mapped["lead:L1"] == ("00042", "customer_id")


def test_payers_are_found_by_tax_id_and_by_a_variant_of_their_name(mapped):
    assert mapped[payer("7701234567")] == ("00042", "tax_id")
    assert mapped[payer("ооо ромашка")] == ("00042", "tax_id")
    assert mapped[payer("иванов иван")] == (payer("иванов иван"), "own_id")
    assert mapped[payer("7702")] == (payer("7702"), "own_id")


def test_numbers_that_begin_with_8_stay_whole(mapped):
    assert mapped["free-2"] == ("free-1", "phone")
    assert mapped["piter-2"] == ("piter-1", "phone")
    assert mapped["not-free"] == ("not-free", "own_id")


def test_leading_zeros_tell_cards_apart(mapped):
    assert mapped["zero-1"][0] == "zero-1"
    assert mapped["zero-2"][0] == "zero-2"


def test_dummies_offices_and_a_dormitory_merge_nobody_and_are_listed(shop: Path, mapped):
    for raw, (survivor, _) in mapped.items():
        assert raw == survivor or not raw.startswith(("dummy", "office", "dorm"))
    listed = query(
        shop, "select key_kind, masked_key, reason, people from quality.shared_keys order by key_no"
    )
    assert listed == [
        ("phone", "+7***33", "too_many_people", 6),
        ("phone", "+7***00", "blocked", 4),
        ("email", "i***@firm.ru", "blocked", 2),
    ]


def test_a_long_chain_is_left_alone_and_listed(shop: Path, mapped):
    assert query(shop, "select * from quality.unmerged_groups") == [("row-00", 120)]
    assert {survivor for raw, (survivor, _) in mapped.items() if raw.startswith("row-")} == {
        raw for raw in mapped if raw.startswith("row-")
    }


def test_a_lead_who_orders_as_a_guest_stays_a_lead_and_a_guest_is_called_after_an_order(mapped):
    assert mapped["guest:o5"] == ("lead:L3", "email")
    assert mapped["guest:o7"] == ("guest:o6", "email")
    assert mapped["guest:o11"] == ("holder", "card")


def test_orders_are_of_the_survivor_and_of_nobody_only_where_nothing_is_known(shop: Path):
    assert query(shop, "select order_id, customer_id from marts.orders order by ordered_at, order_id") == [
        ("o1", "ann-site"),
        ("o2", "ann-site"),
        ("o3", "ann-site"),
        ("o4", "ann-site"),
        ("o5", "lead:L3"),
        ("o6", "guest:o6"),
        ("o7", "guest:o6"),
        ("o8", None),
        ("o9", None),
        ("o10", "stranger"),
        ("o11", "holder"),
        ("bank:t0", "00042"),
        ("bank:t1", "00042"),
        ("bank:t2", payer("иванов иван")),
        ("o12", "00042"),
    ]


def test_a_lead_who_never_bought_stands_on_the_ladder_and_not_among_the_buyers(shop: Path):
    stands = "select rung from marts.ladder_stages where ladder = 'canonical' and customer_id = 'lead:L4'"
    assert query(shop, stands) == [("potential",)]
    assert query(shop, "select * from marts.customer_facts where customer_id = 'lead:L4'") == []


def test_a_payer_is_a_customer_only_by_an_order(shop: Path):
    payers = query(shop, "select customer_id from core.customers where customer_id like 'payer:%'")
    assert payers == [(payer("иванов иван"),)]
