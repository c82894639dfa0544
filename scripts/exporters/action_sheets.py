"""The sheets people work from: whom to call and why, in their language, the most pressing first."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from scripts.catalogue import Disclosure, Table
from scripts.exporters.excel import Book, kind_of

#: What is added where personal data may leave.
ADDRESS = ("name", "phone", "email")


class ActionList(NamedTuple):
    """A list: its mart, its order, and its columns; a column of codes with the kind of their labels."""

    mart: str
    order: str
    columns: dict[str, str | None]


LISTS = (
    ActionList(
        "customer_actions",
        "priority, customer_id",
        {
            "priority": None,
            "customer_id": None,
            "rung": "rung",
            "activity": "activity",
            "strategy": "strategy",
            "action": "action",
            "reason": None,
            "expected_revenue": None,
            "expected_margin": None,
            "manager_id": None,
            "last_contact_on": None,
            "reachable_by": None,
            "unsubscribed_on": None,
        },
    ),
    ActionList(
        "manager_tasks",
        "manager_id, priority, customer_id",
        {
            "manager_id": None,
            "priority": None,
            "customer_id": None,
            "rung": "rung",
            "action": "action",
            "overdue": None,
            "open_tasks": None,
            "done": None,
            "next_due_on": None,
        },
    ),
    ActionList(
        "greetings",
        "next_on, customer_id",
        {
            "next_on": None,
            "days_until": None,
            "occasion": "greeting",
            "customer_id": None,
            "rung": "rung",
            "manager_id": None,
            "reachable_by": None,
            "unsubscribed_on": None,
            "last_greeted_on": None,
        },
    ),
)


def write_action_sheets(
    book: Book,
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    tables: dict[str, Table],
    most_rows: int,
) -> None:
    """Write those lists whose marts may leave; of a longer one the first rows.

    Args:
        book: the workbook.
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        tables: the marts that may, by their names.
        most_rows: how many rows a list may have.
    """
    for listed in LISTS:
        if table := tables.get(listed.mart):
            _write(book, connection, disclosure, listed, table, tables.get("address_book"), most_rows)


def _write(
    book: Book,
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    listed: ActionList,
    table: Table,
    addresses: Table | None,
    most_rows: int,
) -> None:
    kinds = {column.name: kind_of(column) for column in table.columns} | {"reason": "text"}
    columns = [
        f"listed.reason_{book.language} as reason" if name == "reason" else f"listed.{name}"
        for name in listed.columns
    ]
    joined = ""
    if addresses:
        kinds |= dict.fromkeys(ADDRESS, "text")
        columns += [f"address.{name}" for name in ADDRESS]
        joined = f"left join ({disclosure.query(addresses)}) as address using (customer_id)"
    cursor = connection.execute(
        f"select {', '.join(columns)} from ({disclosure.query(table)}) as listed {joined} "
        f"order by {listed.order} limit {most_rows}"
    )
    names = [name for name, *_ in cursor.description or []]
    records = [
        tuple(
            book.label(value, kind) if (kind := listed.columns.get(name)) and value else value
            for name, value in zip(names, record, strict=True)
        )
        for record in cursor.fetchall()
    ]
    sheet = book.sheet(book.label(listed.mart))
    sheet.filtered([book.label(name) for name in names], records, [kinds[name] for name in names])
