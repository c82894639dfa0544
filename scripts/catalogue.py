"""What a warehouse has to show, and what of it may leave: the tables, as dbt describes them, as queries.

Personal data stay unless they are asked for. People on an erase list leave under a pseudonym, the same in
every table, so that no row and no sum is lost with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.errors import UsageError


@dataclass(frozen=True)
class Column:
    """A column of a table; key_no is its place in the tested key, from 1, or None."""

    name: str
    type: str
    description: str
    key_no: int | None
    is_person: bool
    is_personal: bool

    @property
    def quoted(self) -> str:
        """The name as SQL."""
        return f'"{self.name}"'


@dataclass(frozen=True)
class Table:
    """A table of the schemas `marts` or `quality`, or as much of it as may leave."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the tested key, in its order; empty if part of it may not leave."""
        keyed = sorted((c for c in self.columns if c.key_no), key=lambda c: c.key_no or 0)
        whole = [c.key_no for c in keyed] == list(range(1, len(keyed) + 1))
        return tuple(c.name for c in keyed) if whole else ()


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> tuple[Table, ...]:
    """Read which tables `marts` and `quality` have for others, and what dbt says of them.

    Tables that only other tables stand on are not among them.

    Args:
        connection: an open connection to a built warehouse.

    Raises:
        UsageError: the warehouse was built by an earlier version.
    """
    try:
        found = connection.execute(
            "select d.schema_name, d.table_name, d.table_description, "
            "list(struct_pack(c.column_name, c.data_type, d.description, d.key_no, d.is_person, "
            "d.is_personal) order by c.column_index) from quality.data_dictionary d join duckdb_columns() c "
            "on c.database_name = current_database() and c.schema_name = d.schema_name "
            "and c.table_name = d.table_name and c.column_name = d.column_name "
            "where not d.is_step group by all order by all"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UsageError("The warehouse was built by an earlier version; run `make run` first.") from error
    return tuple(
        Table(schema, name, description, tuple(Column(*column.values()) for column in columns))
        for schema, name, description, columns in found
    )


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published warehouse for reading, beside which other databases may be attached for writing.

    Args:
        warehouse: the DuckDB file.

    Raises:
        UsageError: there is no such file, or it is no warehouse.
    """
    if not warehouse.exists():
        raise UsageError(f"There is no {warehouse}; run `make run` first, or name another with --warehouse.")
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        except duckdb.Error as error:
            raise UsageError(f"{warehouse} cannot be read as a DuckDB file.") from error
        connection.execute("use warehouse")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


class Disclosure:
    """What may leave a warehouse, as queries."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        with_personal_data: bool = False,
        erased: tuple[str, ...] = (),
    ) -> None:
        """Prepare the queries.

        Args:
            connection: an open connection to a built warehouse; gets a temporary table.
            with_personal_data: let columns with personal data leave.
            erased: raw or resolved ids of the people to remove, in the order of their pseudonyms.
        """
        self.with_personal_data = with_personal_data
        self.has_erased = bool(erased)
        connection.execute(
            "create or replace temp table erase_list as "
            "select id, min(place) as place from (select unnest(?::varchar[]) as id, "
            "generate_subscripts(?::varchar[], 1) as place) group by id",
            [list(erased), list(erased)],
        )
        connection.execute(
            "create or replace temp table erased as with people as ("
            "select m.survivor_id, min(e.place) as place from erase_list e "
            "join quality.customer_map m on m.customer_id = e.id group by m.survivor_id) "
            "select m.customer_id as person_id, 'erased:' || p.place || "
            "case when m.customer_id = m.survivor_id then '' else '.' || row_number() over ("
            "partition by m.survivor_id, m.customer_id = m.survivor_id order by m.customer_id) end "
            "as pseudonym "
            "from people p join quality.customer_map m using (survivor_id)"
        )
        #: Ids of the list that the warehouse does not know.
        self.unknown = tuple(
            name
            for (name,) in connection.execute(
                "select id from erase_list where id not in (select customer_id from quality.customer_map) "
                "order by place"
            ).fetchall()
        )

    def tables(self, tables: tuple[Table, ...]) -> tuple[Table, ...]:
        """Return tables with the columns that may leave; one of which only its key is left is not one."""
        kept = (
            Table(t.schema, t.name, t.description, tuple(c for c in t.columns if self._may_leave(t, c)))
            for t in tables
        )
        full = {(t.schema, t.name): len(t.columns) for t in tables}
        return tuple(
            t
            for t in kept
            if len(t.columns) == full[t.schema, t.name] or any(c.key_no is None for c in t.columns)
        )

    def query(self, table: Table, *, is_sorted: bool = True) -> str:
        """Return the SELECT of what may leave of a table.

        Args:
            table: one of those that `tables` returned.
            is_sorted: in the order of its key, or else of all its columns, so that the same rows give the
                same bytes.
        """
        columns = ", ".join(f"{self._value(table, c)} as {c.quoted}" for c in table.columns)
        key = ", ".join(c.quoted for name in table.key for c in table.columns if c.name == name)
        order = f" order by {key or 'all'}" if is_sorted else ""
        return f'select {columns} from "{table.schema}"."{table.name}"{order}'

    def _may_leave(self, table: Table, column: Column) -> bool:
        if not column.is_personal:
            return True
        return self.with_personal_data and not (self.has_erased and _person(table) is None)

    def _value(self, table: Table, column: Column) -> str:
        if column.is_person:
            if not self.has_erased:
                return column.quoted
            return (
                f"coalesce((select pseudonym from erased where person_id = {column.quoted}), {column.quoted})"
            )
        if column.is_personal and self.has_erased:
            person = _person(table)
            assert person is not None
            return f"case when {person.quoted} not in (select person_id from erased) then {column.quoted} end"
        return column.quoted


def _person(table: Table) -> Column | None:
    return next((c for c in table.columns if c.is_person), None)


def read_erase_list(path: Path | None) -> tuple[str, ...]:
    """Read the ids of an erase list, one a line; blank lines and lines that begin with # say nothing.

    Their places are what pseudonyms are made of, so new ids belong at the end.

    Args:
        path: the text file, UTF-8, or None for nobody.

    Raises:
        UsageError: the file cannot be read.
    """
    if path is None:
        return ()
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The erase list {path} cannot be read as UTF-8 text.") from error
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def unknown_erased(disclosure: Disclosure) -> tuple[str, ...]:
    """Return a note on the ids of an erase list that nobody has, if there are any: one may be mistyped."""
    if not disclosure.unknown:
        return ()
    return (f"the erase list names {', '.join(disclosure.unknown[:5])}, whom the data do not know",)


def literal(text: object) -> str:
    """Write a text as SQL."""
    return "'" + str(text).replace("'", "''") + "'"
