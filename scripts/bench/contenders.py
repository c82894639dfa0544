"""What is measured in a process of its own: does one thing once and prints how many seconds it took.

Starting Python and importing a library is not counted. Whoever starts the process reads its peak memory.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: What profiles.yml gives DuckDB is given to all.
THREADS = 2


def limit(folder: Path, work: Path) -> Callable[[], object]:
    """The least any program has to do: read the file once, and hash it by customer once."""
    import duckdb

    query = f"""
        select customer_id, count(*), sum(amount), min(ordered_at), max(ordered_at)
        from read_parquet('{folder}/orders.parquet')
        group by customer_id
    """
    return lambda: _connect(duckdb).execute(query).fetchmany(1)


def read_csv(folder: Path, work: Path) -> Callable[[], object]:
    """A CSV file into a table as it is."""
    import duckdb

    query = f"create table orders as from read_csv('{folder}/orders.csv', all_varchar = true, header = true)"
    return lambda: _connect(duckdb, work / "read_csv.duckdb").execute(query)


def land(folder: Path, work: Path) -> Callable[[], object]:
    """This project's landing."""
    from scripts import land as landing
    from scripts.intake import read_intake

    return lambda: landing.land(read_intake(folder), work / "landed.duckdb")


def polars(folder: Path, work: Path) -> Callable[[], object]:
    """The marts by hand in Polars."""
    from scripts.bench.polars_marts import make_marts

    return lambda: make_marts(folder, work / "polars")


def pandas(folder: Path, work: Path) -> Callable[[], object]:
    """The marts by hand in pandas."""
    from scripts.bench.pandas_marts import make_marts

    return lambda: make_marts(folder, work / "pandas")


def _connect(duckdb, path: Path | None = None):  # noqa: ANN001, ANN202 (imported where it is needed)
    if path:
        path.unlink(missing_ok=True)
    return duckdb.connect(str(path or ":memory:"), config={"threads": THREADS})


CONTENDERS = {contender.__name__: contender for contender in (limit, read_csv, land, polars, pandas)}


def main() -> None:
    """Do what is named, on the files of a folder, and print the seconds."""
    name, folder, work = sys.argv[1:]
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    run = CONTENDERS[name](Path(folder), Path(work))
    started = time.monotonic()
    run()
    print(time.monotonic() - started)


if __name__ == "__main__":
    main()
