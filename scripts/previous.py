"""Takes along what was published last time, so that the models can say what has changed since.

The tables are always there; they are empty where there is nothing to compare with: on a first run, or
when the last publication was made from another data folder or cannot be read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

#: The tables of the last publication: columns, and the query that fills them from it.
TABLES = {
    "previous_run": (
        "as_of_date date, base_currency varchar",
        "select as_of_date, base_currency from published.core.run_context",
    ),
    "previous_orders": (
        "order_id varchar, customer_id varchar, order_date date, revenue decimal(18, 2), "
        "cost decimal(18, 2), refunded_amount decimal(18, 2)",
        "select order_id, customer_id, order_date, revenue, cost, refunded_amount "
        "from published.marts.orders",
    ),
    "previous_full_refunds": (
        "order_id varchar",
        "select order_id from published.core.refunded_orders where fully_refunded_on is not null",
    ),
    "previous_customer_map": (
        "customer_id varchar, survivor_id varchar",
        "select customer_id, survivor_id from published.quality.customer_map",
    ),
}


def create_tables(connection: duckdb.DuckDBPyConnection, data_folder: Path) -> None:
    """Create the empty tables of the last publication, and `raw.origin`, in a new `raw` schema.

    Args:
        connection: an open connection to the warehouse that is landed.
        data_folder: what is landed; kept as a hash, because a path is nobody's business.
    """
    connection.execute("create table raw.origin as select ? as data_folder_hash", [_hash(data_folder)])
    for table, (columns, _) in TABLES.items():
        connection.execute(f"create table raw.{table} ({columns})")


def copy_previous(warehouse: Path, published: Path) -> str | None:
    """Copy what the last publication says into a landed warehouse, all of it or nothing.

    Args:
        warehouse: the landed DuckDB file.
        published: the last published one, only read; it may be missing or damaged.

    Returns:
        Why nothing can be compared, or None if it can be or there is nothing.
    """
    if not published.exists():
        return None
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false")
        try:
            path = str(published).replace("'", "''")
            connection.execute(f"attach '{path}' as published (read_only)")
            connection.execute("begin")
            origins = "select data_folder_hash from {}raw.origin"
            if _rows(connection, origins.format("published.")) != _rows(connection, origins.format("")):
                return "the last output was made from another data folder, so restatements are not listed"
            for table, (_, query) in TABLES.items():
                connection.execute(f"insert into raw.{table} {query}")
            connection.execute("commit")
        except (duckdb.CatalogException, duckdb.BinderException):
            return "the last output was made by another version, so restatements are not listed"
        except duckdb.Error:
            return f"{published.name} of the last output cannot be read, so restatements are not listed"
    return None


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def _hash(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
