"""Measures the marts beside the least any program has to do, and beside hand-written Polars and pandas.

All make the same marts (those of contract.md section 3 but clv_* and abc_xyz_products) from the same Parquet
files, a generated history of orders and refunds, on two threads. They run one at a time, in turn, several
times; what is shown are medians. Machines differ and are shared, so the ratio to the limit, DuckDB scanning
the same file once and hashing it by customer once, says more than the seconds.

Writes bench.json, one object a measured thing (name, orders, seconds, peak_rss_mb, ratio_to_limit), and a
chart. What is measured on a CSV file has read_csv for its limit.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click

from scripts.bench.contenders import THREADS

PROJECT = Path(__file__).resolve().parents[2]
MARTS = (
    "orders",
    "customer_facts",
    "cohort_retention",
    "cohort_retention_age30",
    "customer_retention",
    "customer_ltv",
    "ltv_summary",
    "abc_xyz_customers",
    "rfm_customers",
    "concentration",
    "ladder_stages",
    "ladder_history",
    "ladder_transitions",
    "ladder_distribution",
)
#: pandas holds everything in memory several times over: this is a size that it can bear.
PANDAS_ORDERS = 2_000_000
#: An order as a line of CSV.
BYTES_PER_ORDER = 61
CONTENDERS = ("marts", "all", "polars", "pandas", "csv")

LIMIT = "limit: one scan, one hash by customer"
LANDING = "landing"
MODELS = "models to marts"
FILES_TO_MARTS = "files to marts (landing and models)"
DBT_MARTS = "dbt's own time, marts"
ALL_MODELS = "all models of the project"
DBT_ALL = "dbt's own time, all models"
POLARS = "files to marts, Polars by hand"
PANDAS = "files to marts, pandas by hand"
READ_CSV = "CSV: read_csv(all_varchar) into a table"
LAND_AND_STAGE = "CSV: landed and staged"


class Run(NamedTuple):
    """One measurement."""

    name: str
    seconds: float
    peak_rss_mb: float


def run_process(command: list[str], **environment: str) -> tuple[float, float, str]:
    """Run a program; return its seconds, its peak memory in MB and what it printed."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{printed[-2000:]}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, printed


def generated(kind: str, orders: int, out: Path) -> Path:
    """Return the folder of a generated history, made if it is not there.

    It is made in a process of its own: whoever is started later counts the peak memory of this one as theirs.
    """
    folder = out / f"{kind}_{orders}"
    if not folder.exists():
        click.echo(f"Generating {orders:,} orders ...")
        unfinished = folder.with_name(f"unfinished_{folder.name}")
        run_process([sys.executable, "-m", "scripts.bench.history", kind, str(unfinished), str(orders)])
        unfinished.rename(folder)
    click.echo(f"{orders:,} orders, {kind}:")
    return folder


def run_contender(contender: str, name: str, folder: Path, work: Path) -> Run:
    """Measure something of contenders.py."""
    command = [sys.executable, "-m", "scripts.bench.contenders", contender, str(folder), str(work)]
    _, peak, printed = run_process(command)
    return Run(name, float(printed), peak)


def run_landing(folder: Path, work: Path) -> Run:
    """Measure this project's landing, into a new warehouse."""
    (work / "landed.duckdb").unlink(missing_ok=True)
    return run_contender("land", LANDING, folder, work)


def run_dbt(name: str, own: str, work: Path, *selection: str) -> list[Run]:
    """Measure `dbt build` of models and seeds on what was landed: the models, and dbt's own time apart."""
    target = work / "target"
    shutil.copy(work / "landed.duckdb", work / "warehouse.duckdb")
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--no-use-colors",
        "--log-level-file=none",
        "build",
        "--exclude-resource-type",
        "test",
        "unit_test",
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target-path={target}",
        *selection,
    ]
    environment = {
        "LADDER_WAREHOUSE": str(work / "warehouse.duckdb"),
        "LADDER_SPILL": str(work / "spill"),
        "LADDER_MEMORY": os.environ.get("LADDER_MEMORY", "3GB"),
        "DO_NOT_TRACK": "1",
    }
    seconds, peak, _ = run_process(command, **environment)
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    in_models = sum(result["execution_time"] for result in results)
    return [Run(name, in_models, peak), Run(own, seconds - in_models, peak)]


def run_marts(folder: Path, work: Path) -> Iterator[Run]:
    """Measure this project from the files to the marts."""
    landing = run_landing(folder, work)
    yield landing
    models, own = run_dbt(MODELS, DBT_MARTS, work, "--select", *(f"+{mart}" for mart in MARTS))
    peak = max(landing.peak_rss_mb, models.peak_rss_mb)
    yield from (models, Run(FILES_TO_MARTS, landing.seconds + models.seconds, peak), own)


def run_csv(folder: Path, work: Path) -> Iterator[Run]:
    """Measure a CSV file into a table as it is, and by this project into typed and judged rows."""
    yield run_contender("read_csv", READ_CSV, folder, work)
    landing = run_landing(folder, work)
    staged, _ = run_dbt(LAND_AND_STAGE, DBT_MARTS, work, "--select", "+stg_orders")
    peak = max(landing.peak_rss_mb, staged.peak_rss_mb)
    yield Run(LAND_AND_STAGE, landing.seconds + staged.seconds, peak)


def measure(orders: int, folder: Path, work: Path, only: tuple[str, ...]) -> Iterator[Run]:
    """Measure everything once at a size, in turn."""
    yield run_contender("limit", LIMIT, folder, work)
    if "marts" in only:
        yield from run_marts(folder, work)
    if "all" in only:
        if "marts" not in only:
            yield run_landing(folder, work)
        yield from run_dbt(ALL_MODELS, DBT_ALL, work)
    if "polars" in only:
        yield run_contender("polars", POLARS, folder, work)
    if "pandas" in only and orders <= PANDAS_ORDERS:
        yield run_contender("pandas", PANDAS, folder, work)


def repeated(times: int, measure_once: Callable[[], Iterable[Run]]) -> list[Run]:
    """Measure everything several times, and say what was found on the way."""
    runs = []
    for number in range(1, times + 1):
        for run in measure_once():
            click.echo(f"  {number}/{times} {run.name:<42} {run.seconds:>9.2f} s {run.peak_rss_mb:>8,.0f} MB")
            runs.append(run)
    return runs


def medians(runs: list[Run], orders: int, limit: str) -> list[dict[str, Any]]:
    """The medians of the runs of each name, beside that of the limit."""
    by_name: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_name[run.name].append(run)
    least = median(run.seconds for run in by_name[limit])
    results = []
    for name, of_name in by_name.items():
        seconds = median(run.seconds for run in of_name)
        results.append(
            {
                "name": name,
                "orders": orders,
                "seconds": round(seconds, 3),
                "peak_rss_mb": round(median(run.peak_rss_mb for run in of_name)),
                "ratio_to_limit": round(seconds / least, 2),
                "runs": [round(run.seconds, 3) for run in of_name],
            }
        )
    return results


def comparisons(results: list[dict[str, Any]]) -> Iterator[str]:
    """What the figures say, beside what was aimed at."""
    found = {(result["name"], result["orders"]): result for result in results}
    sizes = sorted({orders for name, orders in found if name == FILES_TO_MARTS})
    for orders in sizes:
        ours = found[FILES_TO_MARTS, orders]
        yield f"{orders:,} orders, files to marts: {ours['ratio_to_limit']:.1f} x the limit (aim: 25 at 20 M)"
        for other, aim in ((POLARS, "1.0, and 0.5 of its memory"), (PANDAS, "0.5")):
            if theirs := found.get((other, orders)):
                times, memory = (ours[key] / theirs[key] for key in ("seconds", "peak_rss_mb"))
                yield (
                    f"{orders:,} orders, files to marts: {times:.2f} x {other.split(', ')[1]}, "
                    f"with {memory:.2f} of its memory (aim: {aim})"
                )
    if len(sizes) > 1:
        least, most = (found[FILES_TO_MARTS, orders]["seconds"] for orders in (sizes[0], sizes[-1]))
        power = math.log(most / least) / math.log(sizes[-1] / sizes[0])
        yield f"From {sizes[0]:,} to {sizes[-1]:,} orders the cost grows as orders^{power:.2f} (aim: 1.05)"
    for name, orders in found:
        if name == LAND_AND_STAGE:
            speed = found[READ_CSV, orders]["seconds"] / found[name, orders]["seconds"]
            yield f"CSV of {orders:,} orders: landed and staged at {speed:.0%} of read_csv's speed (aim: 60%)"


def machine() -> str:
    """The machine and the versions, in a line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "polars", "pandas"))
    return (
        f"{model}, {os.cpu_count()} cores of which {THREADS} were used, {memory:.0f} GB; "
        f"Python {platform.python_version()}, {versions}"
    )


def table(results: list[dict[str, Any]]) -> Iterator[str]:
    """The results as a table in Markdown."""
    yield "| measured | orders | seconds | peak memory, MB | times the limit |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for result in results:
        yield "| {name} | {orders:,} | {seconds:,.2f} | {peak_rss_mb:,} | {ratio_to_limit:,.1f} |".format(
            **result
        )


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """Draw time and memory of each size as bars."""
    import altair as alt

    rows = []
    for orders in sorted({result["orders"] for result in results}):
        of_size = [r for r in results if r["orders"] == orders]
        panels = []
        for field, title in (("seconds", "Seconds"), ("peak_rss_mb", "Peak memory, MB")):
            y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=300))
            base = alt.Chart(alt.Data(values=of_size)).encode(alt.X(f"{field}:Q", title=title), y)
            bars = base.mark_bar(color="#4c78a8")
            labels = base.mark_text(align="left", dx=3).encode(text=alt.Text(f"{field}:Q", format=",.3~r"))
            panels.append((bars + labels).properties(width=330, title=f"{orders:,} orders"))
        rows.append(alt.hconcat(*panels))
    alt.vconcat(*rows).properties(title=alt.Title("Medians", subtitle=machine())).save(path)


@click.command(help=__doc__)
@click.option(
    "--orders",
    default=20_000_000,
    show_default=True,
    help="How many orders to generate. Of more than pandas can bear, two million are measured as well.",
)
@click.option("--repeats", default=3, show_default=True, help="How often each is run; medians are shown.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(CONTENDERS),
    default=CONTENDERS,
    show_default=True,
    help="What to measure beside the limit; may be given several times.",
)
@click.option("--csv-gb", default=1.0, show_default=True, help="The size of the CSV file to land, in GB.")
@click.option(
    "--out",
    default="output/bench",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder to write to.",
)
def main(orders: int, repeats: int, only: tuple[str, ...], csv_gb: float, out: Path) -> None:
    """Measure from the command line."""
    work = out.resolve() / "work"
    work.mkdir(parents=True, exist_ok=True)
    click.echo(machine())
    results = []
    if set(only) - {"csv"}:
        for size in sorted({min(orders, PANDAS_ORDERS), orders}):
            folder = generated("parquet", size, out.resolve())
            runs = repeated(repeats, partial(measure, size, folder, work, only))
            results += medians(runs, size, LIMIT)
    if "csv" in only:
        size = round(csv_gb * 1e9 / BYTES_PER_ORDER)
        folder = generated("csv", size, out.resolve())
        results += medians(repeated(repeats, partial(run_csv, folder, work)), size, READ_CSV)

    shutil.rmtree(work)
    (out / "bench.json").write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    draw(results, out / "bench.svg")
    click.echo("\n".join(["", *table(results), "", *comparisons(results), ""]))
    click.echo(f"Written to {out / 'bench.json'} and {out / 'bench.svg'}")


if __name__ == "__main__":
    main()
