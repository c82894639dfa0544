"""Loads the tables into PostgreSQL: beside those that are read, then in their place in one transaction.

Readers see the old tables or the new, never a mixture, and are never waited for: the old schemas get another
name, and are dropped when nobody reads them any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import duckdb

from scripts.catalogue import Disclosure, Table, literal
from scripts.errors import LadderError, UsageError

#: How the schemas that this module has made are known; any other is not touched.
MARK = "Loyalty Ladder: replaced as a whole by every export."
#: PostgreSQL has no character 0 in texts; it leaves as U+FFFD.
SETTINGS = "set pg_null_byte_replacement = '\ufffd'"
#: How long, in milliseconds, to wait for readers of the old tables before leaving these to the next export.
PATIENCE = 5000


def export_postgres(
    connection: duckdb.DuckDBPyConnection,
    disclosure: Disclosure,
    tables: tuple[Table, ...],
    dsn: str,
    reader: str,
) -> tuple[str, ...]:
    """Replace the schemas of the tables in a PostgreSQL database.

    Args:
        connection: an open connection to the warehouse.
        disclosure: what of it may leave.
        tables: the tables that may.
        dsn: how to reach the database, as libpq has it (a URL, or `host=... dbname=...`).
        reader: a role that may read everything; made if there is none. Whoever could read a table so far
            still can, with it or without.

    Returns:
        Notes for the user.

    Raises:
        UsageError: the database cannot be reached, or holds what must not be replaced.
        LadderError: PostgreSQL refused; nothing was changed.
    """
    _attach(connection, dsn)
    schemas = sorted({table.schema for table in tables})
    try:
        connection.execute("begin")
        _only_one(connection)
        _refuse_what_is_not_ours(connection, schemas)
        for schema in schemas:
            _run(connection, (f'drop schema if exists "{schema}_old" cascade',))
            connection.execute(f'create schema postgres."{schema}_new"')
        for table in tables:
            connection.execute(
                f'create table postgres."{table.schema}_new"."{table.name}" as '
                f"{disclosure.query(table, is_sorted=False)}"
            )
        for table in tables:
            _run(connection, _finish(table))
        for statements in (_grant(connection, schemas, reader), _swap(connection, schemas)):
            _run(connection, statements)
        connection.execute("commit")
    except duckdb.Error as error:
        _undo(connection)
        raise LadderError(f"PostgreSQL refused: {_reason(error)}. Nothing was changed.") from error
    except UsageError:
        _undo(connection)
        raise
    return _drop_old(connection, schemas)


def _attach(connection: duckdb.DuckDBPyConnection, dsn: str) -> None:
    try:
        from duckdb_extensions import import_extension
    except ImportError as error:
        raise UsageError("The PostgreSQL exporter is not installed; `make postgres` installs it.") from error
    import_extension("postgres_scanner", con=connection)
    try:
        connection.execute("load postgres_scanner")
        connection.execute(SETTINGS)
        connection.execute(f"attach {literal(dsn)} as postgres (type postgres)")
    except duckdb.Error as error:  # the message has the password in it
        _, found, reason = str(error).partition("connection to server")
        reason = " ".join(reason.split()) if found else "the connection string is not one"
        raise UsageError(f"PostgreSQL cannot be reached: {found}{reason}") from None


def _only_one(connection: duckdb.DuckDBPyConnection) -> None:
    ((alone,),) = _ask(connection, "select pg_try_advisory_xact_lock(hashtext('loyalty_ladder'))")
    if not alone:
        raise UsageError("Another export is writing to this database; wait for it.")


def _refuse_what_is_not_ours(connection: duckdb.DuckDBPyConnection, schemas: list[str]) -> None:
    """Stop where a schema is somebody else's, or where somebody's views stand on its tables."""
    taken = [name for schema in schemas for name in (schema, f"{schema}_new", f"{schema}_old")]
    for name, comment in _ask(
        connection,
        "select nspname, obj_description(oid, 'pg_namespace') from pg_namespace "
        f"where nspname in ({_list(taken)})",
    ):
        if comment != MARK:
            raise UsageError(
                f"The database has a schema {name} that is not this project's; "
                "rename it, or take another database."
            )
    dependants = _ask(
        connection,
        "select distinct n.nspname || '.' || v.relname from pg_depend d "
        "join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass "
        "join pg_class v on v.oid = r.ev_class join pg_namespace n on n.oid = v.relnamespace "
        "join pg_class t on t.oid = d.refobjid join pg_namespace s on s.oid = t.relnamespace "
        f"where s.nspname in ({_list(schemas)}) and n.nspname not in ({_list(taken)}) order by 1",
    )
    if dependants:
        raise UsageError(
            f"The view {dependants[0][0]} stands on a table that is replaced; "
            "drop it, and make it again afterwards."
        )


def _finish(table: Table) -> Iterable[str]:
    """Give a loaded table its indexes and comments, and the planner its figures."""
    name = f'"{table.schema}_new"."{table.name}"'
    if table.key:
        # With customer_id in front one index serves the key and whoever asks for a customer.
        indexed = sorted(table.key, key=lambda column: column != "customer_id")
        yield f"create unique index on {name} ({', '.join(map(_quoted, indexed))})"
    if "customer_id" in {column.name for column in table.columns} - {*table.key}:
        yield f"create index on {name} (customer_id)"
    yield f"comment on table {name} is {literal(table.description)}"
    for column in table.columns:
        yield f"comment on column {name}.{column.quoted} is {literal(column.description)}"
    yield f"analyze {name}"


def _grant(connection: duckdb.DuckDBPyConnection, schemas: list[str], reader: str) -> Iterable[str]:
    """Let those read what they could read of the schemas that are replaced, and one role everything."""
    yield "select 1"  # nothing, where there is nobody
    role = "case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end"
    for schema, user in _ask(
        connection,
        f"select nspname, {role} from pg_namespace, aclexplode(nspacl) "
        f"where nspname in ({_list(schemas)}) and privilege_type = 'USAGE' and grantee <> nspowner",
    ):
        yield f'grant usage on schema "{schema}_new" to {user}'
    for schema, table, user in _ask(
        connection,
        f"select n.nspname, o.relname, {role} from pg_class o join pg_namespace n on n.oid = o.relnamespace "
        "join pg_namespace s on s.nspname = n.nspname || '_new' "
        "join pg_class c on c.relnamespace = s.oid and c.relname = o.relname, aclexplode(o.relacl) "
        f"where n.nspname in ({_list(schemas)}) and o.relkind = 'r' "
        "and privilege_type = 'SELECT' and grantee <> o.relowner",
    ):
        yield f'grant select on "{schema}_new".{_quoted(table)} to {user}'
    if reader:
        if not _ask(connection, f"select 1 from pg_roles where rolname = {literal(reader)}"):
            yield f"create role {_quoted(reader)} nologin"
        for schema in schemas:
            yield f'grant usage on schema "{schema}_new" to {_quoted(reader)}'
            yield f'grant select on all tables in schema "{schema}_new" to {_quoted(reader)}'


def _swap(connection: duckdb.DuckDBPyConnection, schemas: list[str]) -> Iterable[str]:
    there = {name for (name,) in _ask(connection, "select nspname from pg_namespace")}
    for schema in schemas:
        if schema in there:
            yield f'alter schema "{schema}" rename to "{schema}_old"'
        yield f'alter schema "{schema}_new" rename to "{schema}"'
        yield f'comment on schema "{schema}" is {literal(MARK)}'


def _drop_old(connection: duckdb.DuckDBPyConnection, schemas: list[str]) -> tuple[str, ...]:
    drops = (f'drop schema if exists "{schema}_old" cascade' for schema in schemas)
    try:
        _run(connection, (f"set local lock_timeout = {PATIENCE}", *drops))
    except duckdb.Error:
        return ("somebody still reads the tables of the last export, so the next one removes them",)
    return ()


def _ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return connection.execute(f"select * from postgres_query('postgres', {literal(query)})").fetchall()


def _run(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    connection.execute(f"call postgres_execute('postgres', {literal('; '.join(statements))})")


def _undo(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # where the connection is lost, PostgreSQL has undone it already
        connection.execute("rollback")


def _reason(error: duckdb.Error) -> str:
    """The first line of what PostgreSQL said."""
    return str(error).rpartition("ERROR:")[2].strip().splitlines()[0].strip().rstrip(".")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(map(literal, names))
