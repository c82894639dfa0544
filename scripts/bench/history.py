"""Generates an order history of any size as Parquet: five years of a shop that grows."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

#: Nearly half of the customers buy once, the others every two weeks to six months for as long as they last,
#: and a few a great deal. Within a year the days are drawn towards its end, so that December sells most.
ORDERS = """
    with customers as (
        select
            'c' || lpad(cast(i as varchar), 8, '0') as customer_id,
            i,
            1826 * sqrt(hash(i * 7) % 1000000 / 1000000.0) as first_day,
            case
                when hash(i * 11) % 100 < 45 then 1
                else least(
                    400, 2 + cast(floor(6 * pow(hash(i * 13) % 1000000 / 1000000.0 + 1e-6, -0.5)) as bigint)
                )
            end as planned,
            14 + hash(i * 17) % 166 as usual_gap
        from range({customers}) as generated (i)
    ),

    planned_orders as (
        select
            *,
            -- Who buys a great deal buys often.
            least(usual_gap, 1500.0 / planned) as gap,
            unnest(range(planned)) as k
        from customers
    ),

    even_days as (
        select
            *,
            greatest(first_day, first_day + k * gap + cast(hash(i * 19 + k) % 21 as bigint) - 10) / 365.2
            as years
        from planned_orders
    )

    select
        'o' || lpad(cast(row_number() over () as varchar), 9, '0') as order_id,
        customer_id,
        timestamp '2020-01-01' + to_days(cast(365.2 * (floor(years) + pow(years % 1, 0.85)) as integer))
        + to_seconds(cast(hash(i * 23 + k) % 86400 as bigint)) as ordered_at,
        case
            when hash(i * 29 + k) % 50 = 0 then 'cancelled'
            when hash(i * 29 + k) % 3 = 0 then 'paid'
            else 'delivered'
        end as status,
        cast(5 + exp(hash(i * 31 + k) % 1000 / 180.0) as decimal(18, 2)) as amount,
        cast(2 + exp(hash(i * 31 + k) % 1000 / 180.0) * 0.6 as decimal(18, 2)) as cost
    from even_days
    where years < 5
    limit {orders}
"""
REFUNDS = """
    select
        'r' || order_id as refund_id,
        order_id,
        ordered_at + interval 9 day as refunded_at,
        case when hash(order_id) % 3 = 0 then amount else cast(amount / 4 as decimal(18, 2)) end as amount
    from read_parquet('{folder}/orders.parquet')
    where hash(order_id) % 100 < 3 and status <> 'cancelled'
"""


def make_history(folder: Path, orders: int) -> None:
    """Write orders.parquet and refunds.parquet with a generated history into a folder.

    Args:
        folder: the folder to write to.
        orders: how many orders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, query in (("orders", ORDERS), ("refunds", REFUNDS)):
            text = query.format(orders=orders, customers=orders // 4 + 500, folder=folder)
            connection.execute(f"copy ({text}) to '{folder}/{name}.parquet' (format parquet)")


def make_csv(folder: Path, orders: int) -> None:
    """Write the orders of a generated history into a folder, as orders.csv and nothing else."""
    make_history(folder, orders)
    with duckdb.connect() as connection:
        orders_file = f"{folder}/orders.parquet"
        connection.execute(f"copy (from read_parquet('{orders_file}')) to '{folder}/orders.csv' (header)")
    for name in ("orders", "refunds"):
        (folder / f"{name}.parquet").unlink()


if __name__ == "__main__":
    (make_csv if sys.argv[1] == "csv" else make_history)(Path(sys.argv[2]), int(sys.argv[3]))
