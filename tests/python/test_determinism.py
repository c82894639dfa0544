"""The same facts give the same marts, and changed facts change them as they should."""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import shutil
import zoneinfo
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from conftest import build_marts, query

from scripts.catalogue import Disclosure
from scripts.publish import export_marts
from scripts.records import records

AS_OF = dt.date(2024, 10, 31)
ZONE = zoneinfo.ZoneInfo("Europe/Moscow")
CUSTOMER_COLUMNS = {"customer_id", "referrer_customer_id", "referred_customer_id"}
PEOPLE = {"customer_id", "referrer_id", "referred_id"}
MONEY_COLUMNS = {
    "amount", "cost", "discount_amount", "unit_price", "list_price", "unit_cost",
    "total_category_spend",
}  # fmt: skip
#: When a row became known, by entity.
EVENTS = {
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "customers": "created_at",
    "leads": "first_known_at",
    "interactions": "occurred_at",
    "referrals": "referred_at",
    "reviews": "reviewed_at",
    "wallet_surveys": "asked_at",
}
Change = Callable[[str, list[dict[str, str]]], list[dict[str, str]]]


def renamed(customer_id: str) -> str:
    return f"Z{customer_id[::-1]}" if re.fullmatch(r"[A-Z]\d+", customer_id) else customer_id


def rename(entity: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{k: renamed(v) if k in CUSTOMER_COLUMNS else v for k, v in r.items()} for r in rows]


def double(entity: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    def twice(column: str, value: str) -> str:
        is_money = column in MONEY_COLUMNS and re.fullmatch(r"-?\d+\.\d\d", value)
        return f"{float(value) * 2:.2f}" if is_money else value

    return [{k: twice(k, v) for k, v in row.items()} for row in rows]


def truncate(entity: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [r for r in rows if not is_later(r.get(EVENTS.get(entity, ""), ""))]


def is_later(text: str) -> bool:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return (moment.astimezone(ZONE) if moment.tzinfo else moment).date() > AS_OF


def change_files(source: Path, target: Path, change: Change) -> Path:
    """Copy a data folder with its CSV tables changed, broken lines left out."""
    shutil.copytree(source, target)
    for path in target.glob("*.csv"):
        entity = re.sub(r"_\d+$", "", path.stem)
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        with path.open(encoding="utf-8", newline="") as lines:
            found = [r.fields for r in records(lines, len(header), ",") if r.fields]
        rows = change(entity, [dict(zip(header, fields, strict=True)) for fields in found])
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return target


def shuffle_files(source: Path, target: Path) -> Path:
    """Copy a data folder with the rows of each CSV table in random order, over two files."""
    shutil.copytree(source, target)
    rng = random.Random(7)
    for path in list(target.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(lines)
        with path.open(encoding="utf-8", newline="") as lines:
            width = header.count(",") + 1
            texts = [record.text + "\n" for record in records(lines, width, ",")]
        rng.shuffle(texts)
        for part in (0, 1):
            name = f"{path.stem}_{'zA'[part]}.csv"
            (target / name).write_text(header + "".join(texts[part::2]), "utf-8", newline="")
        path.unlink()
    return target


@pytest.fixture(scope="module")
def shops(demo: Path, parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The warehouses of the demo shop and of its variants; two are built at a time."""
    folder = tmp_path_factory.mktemp("shops")
    data = {
        "as_is": demo,
        "past": demo,
        "shuffled": shuffle_files(demo, folder / "shuffled_data"),
        "renamed": change_files(demo, folder / "renamed_data", rename),
        "doubled": change_files(demo, folder / "doubled_data", double),
        "truncated": change_files(demo, folder / "truncated_data", truncate),
    }
    dates = {"past": AS_OF, "truncated": AS_OF}
    with ThreadPoolExecutor(2) as pool:
        builds = {
            name: pool.submit(build_marts, path, folder / name, parsed, as_of=dates.get(name))
            for name, path in data.items()
        }
    return {name: build.result() for name, build in builds.items()}


def marts(warehouse: Path) -> list[str]:
    """Give the marts that are computed; the address book holds what the register says today."""
    found = query(warehouse, "select table_name from duckdb_tables() where schema_name = 'marts'")
    return sorted(name for (name,) in found if name != "address_book")


def rows(warehouse: Path, mart: str, columns: str = "*") -> list[tuple]:
    return query(warehouse, f"select {columns} from marts.{mart} order by all")


def test_the_order_of_rows_and_files_changes_no_byte_of_an_export(shops: dict[str, Path], tmp_path: Path):
    hashes = []
    for name in ("as_is", "shuffled"):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(shops[name])) as connection:
            described = export_marts(connection, Disclosure(connection), tmp_path / name)["marts"]
        hashes.append({mart: parts["sha256"] for mart, parts in described.items()})
    assert len(hashes[0]) >= 15
    assert hashes[0] == hashes[1]


def test_other_names_of_customers_change_nothing_but_the_names(shops: dict[str, Path]):
    for mart in marts(shops["as_is"]):
        columns = query(shops["as_is"], f"select column_name from (describe marts.{mart})")
        expected = [
            tuple(
                renamed(value) if name in PEOPLE and value else value
                for (name,), value in zip(columns, row, strict=True)
            )
            for row in rows(shops["as_is"], mart)
        ]
        found = rows(shops["renamed"], mart)
        assert sorted(map(str, found)) == sorted(map(str, expected)), mart


def test_doubled_prices_double_the_money_of_every_customer(shops: dict[str, Path]):
    single, doubled = (
        {row[0]: row[1:] for row in rows(shops[n], "customer_facts", "customer_id, orders, revenue")}
        for n in ("as_is", "doubled")
    )
    assert single.keys() == doubled.keys()
    for customer, (orders, revenue) in single.items():
        # Each converted order may be rounded by half a cent.
        assert doubled[customer][0] == orders
        assert abs(doubled[customer][1] - 2 * revenue) <= orders * 2 / 100


@pytest.mark.parametrize(
    ("mart", "columns"),
    [
        ("abc_xyz_customers", "customer_id, abc, n_months, active_months, xyz, xyz_retail, reason"),
        ("abc_xyz_products", "product_id, abc, n_months, active_months, xyz, xyz_retail, reason"),
        ("rfm_customers", "customer_id, recency_days, frequency, rfm, segment"),
        ("customer_retention", "*"),
        ("cohort_retention", "* exclude (revenue, cum_revenue)"),
        ("cohort_retention_age30", "*"),
        ("ladder_history", "*"),
        ("ladder_transitions", "*"),
    ],
)
def test_doubled_prices_move_nobody(shops: dict[str, Path], mart: str, columns: str):
    assert rows(shops["as_is"], mart, columns) == rows(shops["doubled"], mart, columns)


def test_doubled_prices_leave_the_concentration(shops: dict[str, Path]):
    columns = "population, measure, customers, gini, top_20pct_share, customers_for_80pct_share"
    for single, doubled in zip(
        rows(shops["as_is"], "concentration", columns),
        rows(shops["doubled"], "concentration", columns),
        strict=True,
    ):
        assert doubled[:3] == single[:3]
        assert doubled[3:] == pytest.approx(single[3:], abs=1e-5)


def test_what_came_after_the_as_of_date_is_as_good_as_unknown(shops: dict[str, Path]):
    for mart in marts(shops["past"]):
        assert rows(shops["past"], mart) == rows(shops["truncated"], mart), mart


def test_the_order_of_rows_and_files_changes_no_identity(shops: dict[str, Path]):
    found = "select * from quality.customer_map order by all"
    assert query(shops["as_is"], found) == query(shops["shuffled"], found)
    assert (
        len(query(shops["as_is"], "select * from quality.customer_map where customer_id <> survivor_id")) > 20
    )


def test_two_ids_of_one_person_give_the_marts_of_a_single_id(
    demo: Path, shops: dict[str, Path], parsed: Path, tmp_path: Path
):
    owners = dict(query(shops["as_is"], "select order_id, customer_id from core.booked_orders"))
    survivors = dict(query(shops["as_is"], "select customer_id, survivor_id from quality.customer_map"))

    def under_one_id(entity: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        if entity == "customers":
            return [r for r in rows if survivors.get(r["customer_id"], r["customer_id"]) == r["customer_id"]]
        if entity == "orders":  # guests stay guests: who is named lends no e-mail or phone
            named = [(r, owners.get(r["order_id"]) or "") for r in rows]
            return [r | {"customer_id": o} if o and ":" not in o else r for r, o in named]
        if entity == "leads":
            named = [(r, survivors.get(f"lead:{r['lead_id']}", "")) for r in rows]
            return [r | {"customer_id": s if ":" not in s else ""} for r, s in named]
        return rows

    (tmp_path / "work").mkdir()
    data = change_files(demo, tmp_path / "data", under_one_id)
    single = build_marts(data, tmp_path / "work", parsed)
    for mart in marts(single):
        if mart != "profile_quality":  # judges the entries of the register, of which there are fewer now
            # Since when a referral is known is a matter of the ids that it names.
            columns = "* exclude (known_on)" if mart == "recommendations" else "*"
            assert rows(single, mart, columns) == rows(shops["as_is"], mart, columns), mart
