"""Compares what two engines made of the same input, cell by cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.dialect import literal, quoted

#: The schemas whose tables people bind to.
SCHEMAS = ("marts", "quality")
#: Doubles are sums in another order: as far as this, relative to their size, they are the same.
TOLERANCE = 1e-9
#: So many differing cells of a mart are named.
EXAMPLES = 3


@dataclass(frozen=True)
class Parity:
    """How many cells of how many tables were compared, and what differs (a few examples of each table)."""

    marts: int
    cells: int
    differ: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        """Say it as the contract has it."""
        return f"{self.marts} marts, {self.cells} cells, {self.differ} differ"


def keys_of_marts(manifest: Path) -> dict[str, list[str]]:
    """Return the key columns of each table in `marts` and `quality`, as the project's own tests declare them.

    Args:
        manifest: dbt's manifest.json.
    """
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"]
    keys = {
        f"{node['schema']}.{node['alias']}": [column["name"] for column in node["columns"].values()]
        for node in nodes.values()
        if node["resource_type"] == "model"
        and node["schema"] in SCHEMAS
        and node["config"]["materialized"] == "table"
    }
    for node in nodes.values():
        if (node.get("test_metadata") or {}).get("name") == "unique_key":
            model = nodes[node["attached_node"]]
            table = f"{model['schema']}.{model['alias']}"
            columns = node["test_metadata"]["kwargs"]["columns"]
            if table in keys and len(columns) <= len(keys[table]):
                keys[table] = columns
    return dict(sorted(keys.items()))


def compare(warehouse: Path, parquet: Path, keys: dict[str, list[str]]) -> Parity:
    """Compare the tables of a DuckDB warehouse with Parquet folders `<schema>.db/<table>`.

    Rows are matched by their key. Doubles are equal to 1e-9 of their size; money, dates, texts, counts are
    equal or not. All cells of a row that only one side has differ.

    Args:
        warehouse: the DuckDB file.
        parquet: the warehouse folder of the other engine.
        keys: the key columns of each table to compare, by `schema.table`.
    """
    cells = differ = 0
    examples: list[str] = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(warehouse))} as ours (read_only)")
        connection.execute("set timezone = 'UTC'")
        for table, key in keys.items():
            schema, name = table.split(".")
            folder = parquet / f"{schema}.db" / name
            connection.execute(
                f"create or replace view theirs as from read_parquet({literal(f'{folder}/*.parquet')})"
            )
            found, wrong = _compare_table(connection, f"ours.{table}", table, key)
            cells += found
            differ += sum(count for count, _ in wrong)
            examples += [text for _, text in wrong[:EXAMPLES]]
    return Parity(len(keys), cells, differ, tuple(examples))


def _compare_table(
    connection: duckdb.DuckDBPyConnection, ours: str, table: str, key: list[str]
) -> tuple[int, list[tuple[int, str]]]:
    """Return the number of cells, and for each column that differs in how many rows, with an example."""
    types = dict(connection.execute(f"select column_name, column_type from (describe {ours})").fetchall())
    theirs = {row[0] for row in connection.execute("describe theirs").fetchall()}
    if theirs != types.keys():
        return len(types), [
            (len(types), f"{table}: columns {sorted(theirs ^ types.keys())} are on one side only")
        ]
    join = " and ".join(f"o.{quoted(c)} is not distinct from t.{quoted(c)}" for c in key)
    connection.execute(
        "create or replace temp table matched as "
        f"select o, t from (select *, true as is_there from {ours}) as o "
        f"full join (select *, true as is_there from theirs) as t on {join}"
    )
    differences = {c: _differs(quoted(c), kind) for c, kind in types.items()}
    counts = connection.execute(
        "select count(*), "
        + ", ".join(f"count(*) filter (where {condition})" for condition in differences.values())
        + " from matched"
    ).fetchone()
    assert counts is not None
    wrong = []
    for (column, condition), count in zip(differences.items(), counts[1:], strict=True):
        if count:
            row = connection.execute(
                f"select coalesce(o, t), o.{quoted(column)}, t.{quoted(column)} "
                f"from matched where {condition} order by 1 limit 1"
            ).fetchone()
            assert row is not None
            where = ", ".join(f"{c} = {row[0][c]}" for c in key)
            wrong.append((count, f"{table}.{column}: {count} rows, as where {where}: {row[1]} and {row[2]}"))
    return counts[0] * len(types), wrong


def _differs(column: str, kind: str) -> str:
    both = "o.is_there and t.is_there"
    if kind == "DOUBLE":
        same = (
            f"o.{column} is not distinct from t.{column} or coalesce(abs(o.{column} - t.{column}) "
            f"<= {TOLERANCE} * greatest(1, abs(o.{column})), false)"
        )
    else:
        same = f"o.{column} is not distinct from t.{column}"
    return f"not coalesce({both}, false) or not ({same})"
