"""Builds the project on DuckDB and on a Spark cluster of its own, and compares the marts cell by cell.

The files are landed once, by DuckDB; Spark reads the landed rows as Parquet, one folder a table, and builds
the same models with dbt's `spark` target. Java 17 or newer is needed, and the extra `spark`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import duckdb
import yaml

from scripts.build import build
from scripts.demo import generate
from scripts.dialect import literal, quoted
from scripts.errors import CheckFailedError, LadderError, UsageError
from scripts.intake import PROJECT, entities, read_intake
from scripts.land import LANDED, land
from scripts.parity import Parity, compare, keys_of_marts

SOURCES_FILE = PROJECT / "models" / "staging" / "_staging__sources.yml"
WORKERS = 2
#: What a worker has: one core, and so much memory.
WORKER_MEMORY = "2g"
START_SECONDS = 180


def sources() -> list[str]:
    """Return the names of the relations of `raw` that the models read."""
    declared = yaml.safe_load(SOURCES_FILE.read_text("utf-8"))["sources"]
    return [table["name"] for source in declared for table in source["tables"]]


def export_raw(warehouse: Path, folder: Path) -> None:
    """Write what the models read of a landed warehouse as Parquet, one folder a relation.

    Args:
        warehouse: the landed DuckDB file.
        folder: where to; what is there is replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    known = entities()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table in sources():
            (folder / table).mkdir(parents=True)
            columns = [*known[table].columns, *LANDED] if table in known else []
            connection.execute(
                f"copy (select {', '.join(map(quoted, columns)) or '*'} from raw.{quoted(table)}) "
                f"to {literal(str(folder / table / 'part-0.parquet'))} (format parquet)"
            )


@contextmanager
def cluster(logs: Path) -> Iterator[str]:
    """Start a master and two workers of one core each on this machine; yield the master's address.

    Args:
        logs: a folder for what they say.

    Raises:
        UsageError: there is no Spark or no Java, or the cluster does not come up.
    """
    home = _spark_home()
    logs.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    local = ["--host", "127.0.0.1", "--webui-port", "0"]
    with ExitStack() as stack:
        stack.enter_context(_process(home, logs / "master.log", "master.Master", *local, "--port", str(port)))
        _wait_for(logs / "master.log", r"I have been elected leader|New state: ALIVE", 1)
        for number in range(1, WORKERS + 1):
            stack.enter_context(
                _process(
                    home,
                    logs / f"worker-{number}.log",
                    "worker.Worker",
                    *local,
                    *("--cores", "1", "--memory", WORKER_MEMORY),
                    *("--work-dir", str(logs / f"worker-{number}")),
                    address,
                )
            )
        _wait_for(logs / "master.log", r"Registering worker", WORKERS)
        yield address


def build_on_spark(master: str, raw: Path, work: Path, *arguments: str) -> None:
    """Build every model with dbt's `spark` target.

    Args:
        master: the address of the cluster.
        raw: the landed tables as Parquet.
        work: a folder for Spark's warehouse and metastore, and dbt's artefacts; what is there is replaced.
        arguments: further ones of `dbt build`.

    Raises:
        CheckFailedError: a model could not be built, or a check did not pass.
    """
    work.mkdir(parents=True, exist_ok=True)
    for name in ("warehouse", "metastore"):
        shutil.rmtree(work / name, ignore_errors=True)
    log = work / "dbt.log"
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                "--no-use-colors",
                "--log-level-file=none",
                "build",
                "--target=spark",
                f"--project-dir={PROJECT}",
                f"--profiles-dir={PROJECT}",
                f"--target-path={work / 'target'}",
                *arguments,
            ],
            cwd=work,
            env=os.environ
            | {
                "LADDER_SPARK_MASTER": master,
                "LADDER_SPARK_WAREHOUSE": str(work / "warehouse"),
                "LADDER_SPARK_METASTORE": str(work / "metastore"),
                "LADDER_RAW": str(raw),
                "DO_NOT_TRACK": "1",
            }
            | ({"SPARK_LOCAL_IP": "127.0.0.1"} if master.startswith("spark://127.0.0.1") else {}),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        failed = re.findall(
            r"^\S+  \d+ of \d+ (?:ERROR|FAIL).*?(\S+\.?\S+) \.+", log.read_text("utf-8"), re.M
        )
        raise CheckFailedError(f"Spark could not build {', '.join(failed[:5]) or 'the models'}; see {log}.")


def _spark_home() -> Path:
    try:
        import pyspark
    except ImportError as error:
        raise UsageError("Spark is not installed; use `make spark`, or pip install -e .[spark].") from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise UsageError(
            "Spark needs Java 17 or newer, and there is none (Debian: apt install openjdk-17-jre-headless)."
        )
    return Path(pyspark.__file__).parent


@contextmanager
def _process(home: Path, log: Path, name: str, *arguments: str) -> Iterator[None]:
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(log: Path, pattern: str, times: int) -> None:
    end = time.monotonic() + START_SECONDS
    while len(re.findall(pattern, log.read_text("utf-8"))) < times:
        if time.monotonic() > end:
            raise UsageError(f"The Spark cluster did not start within {START_SECONDS} s; see {log}.")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(
    data: Path | None, as_of: dt.date | None, out: Path, size: float, master: str | None, checks: bool
) -> Parity:
    """Land the files, build on both engines, and compare.

    Args:
        data: the data folder, or None for the demo shop.
        as_of: the as-of date, or None for the last one there is.
        out: a folder for all that is made.
        size: size of the demo shop.
        master: a cluster that is already there, or None for one of its own.
        checks: whether dbt's data tests run on Spark too.

    Raises:
        LadderError: something cannot be done.
    """
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    warehouse = out / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    if data is None:
        data = out / "demo"
        shutil.rmtree(data, ignore_errors=True)
        generate(data, size=size)
    land(read_intake(data), warehouse, as_of)
    export_raw(warehouse, out / "raw")
    started = time.monotonic()
    build(warehouse, out)
    click.echo(f"Built and checked on DuckDB in {time.monotonic() - started:.0f} s.")
    with ExitStack() as stack:
        master = master or stack.enter_context(cluster(out / "cluster"))
        started = time.monotonic()
        left_out = ["unit_test"] if checks else ["unit_test", "test"]
        build_on_spark(master, out / "raw", out / "spark", "--exclude-resource-type", *left_out)
        click.echo(f"Built on Spark in {time.monotonic() - started:.0f} s.")
    return compare(warehouse, out / "spark" / "warehouse", keys_of_marts(out / "target" / "manifest.json"))


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; default: the demo shop.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As-of date; default: the last one there is."
)
@click.option(
    "--out",
    default="output/spark",
    show_default=True,
    type=click.Path(path_type=Path),
    help="A folder for all that is made; nothing is published.",
)
@click.option("--size", default=1.0, show_default=True, help="Size of the demo shop, 1 = 9,000 orders.")
@click.option(
    "--master", help="A cluster that is there, spark://host:7077; default: two workers on this machine."
)
@click.option("--checks", is_flag=True, help="Run the data tests on Spark too (minutes).")
def main(
    data: Path | None, as_of: dt.datetime | None, out: Path, size: float, master: str | None, checks: bool
) -> None:
    """Run from the command line."""
    try:
        parity = run(data, as_of.date() if as_of else None, out, size, master, checks)
    except LadderError as error:
        click.echo(f"Stopped: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    for example in parity.examples:
        click.echo(example)
    click.echo(str(parity))
    if parity.differ:
        raise SystemExit(CheckFailedError.exit_code)


if __name__ == "__main__":
    main()
