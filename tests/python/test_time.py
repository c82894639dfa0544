"""Nights on which the clock is changed, in Berlin and in New York: no order is lost, none is doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import build_marts, query, write_orders

#: By zone: orders of one customer (order_id, ordered_at), then (order_id, UTC, local date) in their order.
NIGHTS = {
    "Europe/Berlin": (
        [
            ("leap", "2024-02-29 12:00"),
            ("skipped", "2024-03-31 02:30"),
            ("before", "2024-03-31 01:59:59"),
            ("after", "2024-03-31 03:00"),
            ("twice_b", "2024-10-27 02:30"),
            ("twice_a", "2024-10-27 02:30"),
            ("first", "2024-10-27T02:30:00+02:00"),
            ("second", "2024-10-27T02:30:00+01:00"),
            ("late", "2024-10-27T22:59:59Z"),
            ("next", "2024-10-27T23:00Z"),
        ],
        [
            ("leap", "2024-02-29 11:00:00", "2024-02-29"),
            ("before", "2024-03-31 00:59:59", "2024-03-31"),
            ("after", "2024-03-31 01:00:00", "2024-03-31"),
            # Moved on by the hour that was skipped.
            ("skipped", "2024-03-31 01:30:00", "2024-03-31"),
            ("first", "2024-10-27 00:30:00", "2024-10-27"),
            # A time that came twice is the second; of one moment, the order is that of the ids.
            ("second", "2024-10-27 01:30:00", "2024-10-27"),
            ("twice_a", "2024-10-27 01:30:00", "2024-10-27"),
            ("twice_b", "2024-10-27 01:30:00", "2024-10-27"),
            ("late", "2024-10-27 22:59:59", "2024-10-27"),
            ("next", "2024-10-27 23:00:00", "2024-10-28"),
        ],
    ),
    "America/New_York": (
        [
            ("evening", "2024-03-10T04:59:59Z"),
            ("midnight", "2024-03-10T05:00Z"),
            ("skipped", "2024-03-10 02:30"),
            ("first", "2024-11-03T01:30-04:00"),
            ("second", "2024-11-03T01:30-05:00"),
            ("naive", "2024-11-03 01:30"),
            ("winter", "2024-11-04T04:59:59Z"),
            ("next", "2024-11-04T05:00Z"),
        ],
        [
            ("evening", "2024-03-10 04:59:59", "2024-03-09"),
            ("midnight", "2024-03-10 05:00:00", "2024-03-10"),
            ("skipped", "2024-03-10 07:30:00", "2024-03-10"),
            ("first", "2024-11-03 05:30:00", "2024-11-03"),
            ("naive", "2024-11-03 06:30:00", "2024-11-03"),
            ("second", "2024-11-03 06:30:00", "2024-11-03"),
            ("winter", "2024-11-04 04:59:59", "2024-11-03"),
            ("next", "2024-11-04 05:00:00", "2024-11-04"),
        ],
    ),
}


@pytest.fixture(scope="module")
def warehouses(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The orders of each zone, built up to the facts of their customer."""
    folder = tmp_path_factory.mktemp("time")

    def build(zone: str) -> Path:
        work = folder / zone.replace("/", "_")
        rows = [f"{order_id},c,{moment},paid,10" for order_id, moment in NIGHTS[zone][0]]
        data = write_orders(work / "data", *rows)
        (data / "intake.yml").write_text(f"timezone: {zone}\n", "utf-8")
        return build_marts(data, work, parsed, "--select", "+customer_facts")

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(NIGHTS, pool.map(build, NIGHTS), strict=True))


@pytest.mark.parametrize("zone", NIGHTS)
def test_each_order_has_its_moment_its_date_and_its_number(warehouses: dict[str, Path], zone: str):
    found = query(
        warehouses[zone],
        "select order_id, cast(ordered_at as varchar), cast(order_date as varchar) "
        "from marts.orders order by order_number",
    )
    assert found == NIGHTS[zone][1]


@pytest.mark.parametrize("zone", NIGHTS)
def test_the_orders_of_a_night_are_one_occasion_of_their_date(warehouses: dict[str, Path], zone: str):
    expected = NIGHTS[zone][1]
    ((orders, days),) = query(warehouses[zone], "select orders, purchase_days from marts.customer_facts")
    assert (orders, days) == (len(expected), len({date for _, _, date in expected}))
