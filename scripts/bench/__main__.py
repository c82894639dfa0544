"""Measures the build on a generated order history, beside the least that any program has to do.

Writes bench.json, one object a measured thing (name, orders, seconds, peak_rss_mb, ratio_to_limit), and a
chart. The limit is DuckDB scanning the same file once and hashing it by customer once; machines differ
and are shared, so the ratio to it, taken in the same run, says more than the seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import duckdb

from scripts.intake import PROJECT, read_intake
from scripts.land import land

#: Five years of a shop that grows: nearly half of the customers buy once, the others every two weeks to six
#: months for as long as they last, and a few a great deal; more is bought towards the end of a year.
HISTORY = """
    with customers as (
        select
            'c' || lpad(cast(i as varchar), 8, '0') as customer_id,
            i,
            date '2020-01-01'
            + cast(floor(1826 * sqrt(hash(i * 7) % 1000000 / 1000000.0)) as integer) as first_day,
            case
                when hash(i * 11) % 100 < 45 then 1
                else least(
                    400, 2 + cast(floor(6 * pow(hash(i * 13) % 1000000 / 1000000.0 + 1e-6, -0.5)) as bigint)
                )
            end as planned,
            14 + hash(i * 17) % 166 as gap
        from range({customers}) as generated (i)
    ),

    planned_orders as (
        select
            *,
            unnest(range(planned)) as k
        from customers
    )

    select
        'o' || lpad(cast(row_number() over () as varchar), 9, '0') as order_id,
        customer_id,
        first_day + to_seconds(
            cast(
                greatest(0, k * gap + cast(hash(i * 19 + k) % 21 as bigint) - 10) * 86400
                + hash(i * 23 + k) % 86400 as bigint
            )
        ) as ordered_at,
        case when hash(i * 29 + k) % 50 = 0 then 'cancelled' else 'paid' end as status,
        cast(5 + exp(hash(i * 31 + k) % 1000 / 180.0) as decimal(18, 2)) as amount,
        cast(2 + exp(hash(i * 31 + k) % 1000 / 180.0) * 0.6 as decimal(18, 2)) as cost
    from planned_orders
    where first_day + cast(k * gap + 10 as integer) <= date '2024-12-31'
    limit {orders}
"""
REFUNDS = """
    select
        'r' || order_id as refund_id,
        order_id,
        ordered_at + interval 9 day as refunded_at,
        case when hash(order_id) % 3 = 0 then amount else cast(amount / 4 as decimal(18, 2)) end as amount
    from read_parquet('{orders_file}')
    where hash(order_id) % 33 = 0 and status = 'paid'
"""


def make_history(folder: Path, orders: int) -> None:
    """Write orders.parquet and refunds.parquet with a generated history into a folder.

    Args:
        folder: the folder to write to.
        orders: how many orders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    orders_file = folder / "orders.parquet"
    history = HISTORY.format(orders=orders, customers=orders // 4 + 10)
    duckdb.execute(f"copy ({history}) to '{orders_file}' (format parquet)")
    refunds = REFUNDS.format(orders_file=orders_file)
    duckdb.execute(f"copy ({refunds}) to '{folder / 'refunds.parquet'}' (format parquet)")


def measure(name: str, orders: int, work: Callable[[], object]) -> dict[str, Any]:
    """Run something in a process of its own and return its seconds and peak memory."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # the child must never return into the parent's program
            print(f"{name}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{name} failed")
    return {
        "name": name,
        "orders": orders,
        "seconds": round(time.monotonic() - started, 2),
        "peak_rss_mb": round(usage.ru_maxrss / 1024),
    }


def _limit(folder: Path) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            "select customer_id, count(*), sum(amount), min(ordered_at), max(ordered_at) "
            f"from read_parquet('{folder / 'orders.parquet'}') group by customer_id"
        ).fetchmany(1)


def _dbt_run(warehouse: Path, work: Path) -> None:
    environment = os.environ | {
        "LADDER_WAREHOUSE": str(warehouse),
        "LADDER_SPILL": str(work / "spill"),
        "LADDER_MEMORY": os.environ.get("LADDER_MEMORY", "3GB"),
    }
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--quiet",
        "--log-level-file=none",
        "build",
        "--resource-type=model",
        "--resource-type=seed",
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target-path={work / 'target'}",
    ]
    os.chdir(PROJECT)
    os.execve(command[0], command, environment)


def _draw(results: list[dict[str, Any]], path: Path) -> None:
    import altair as alt

    chart = (
        alt.Chart(alt.Data(values=results), title=f"{results[0]['orders']:,} orders")
        .mark_bar()
        .encode(
            x=alt.X("seconds:Q", title="Seconds"),
            y=alt.Y("name:N", sort=None, title=None),
            tooltip=["name:N", "seconds:Q", "peak_rss_mb:Q"],
        )
        .properties(width=500)
    )
    chart.save(path)


@click.command(help=__doc__)
@click.option("--orders", default=5_000_000, show_default=True, help="How many orders to generate.")
@click.option(
    "--out",
    default="output/bench",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder to write to.",
)
def main(orders: int, out: Path) -> None:
    """Measure from the command line."""
    out = out.resolve()
    folder, warehouse = out / f"orders_{orders}", out / "warehouse.duckdb"
    if not (folder / "refunds.parquet").exists():
        click.echo(f"Generating {orders:,} orders ...")
        make_history(folder, orders)
    warehouse.unlink(missing_ok=True)
    results = []
    for name, work in (
        ("limit: one scan, one hash by customer", lambda: _limit(folder)),
        ("landing", lambda: land(read_intake(folder), warehouse)),
        ("all models to marts (dbt, its start included)", lambda: _dbt_run(warehouse, out)),
    ):
        result = measure(name, orders, work)
        result["ratio_to_limit"] = round(result["seconds"] / results[0]["seconds"], 1) if results else 1
        results.append(result)
        click.echo(
            f"{name:<50} {result['seconds']:>8.1f} s {result['peak_rss_mb']:>7,} MB "
            f"{result['ratio_to_limit']:>7.1f} x the limit"
        )
    (out / "bench.json").write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    _draw(results, out / "bench.svg")
    click.echo(f"Written to {out / 'bench.json'} and {out / 'bench.svg'}")


if __name__ == "__main__":
    main()
