"""The main job, end to end: lands a data folder, builds and checks every model, publishes the result.

Without --data it makes the demo shop and runs on that. The last publication stays as it is until a new
one is complete and every check has passed.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from scripts.build import Built, build, models_read_ahead
from scripts.catalogue import Disclosure, read_erase_list, unknown_erased
from scripts.demo import generate
from scripts.errors import LadderError, UsageError
from scripts.expect import expect, load_library
from scripts.figures import Figures, number, percent, read_figures
from scripts.intake import PROJECT, Intake, input_paths, read_intake
from scripts.land import land
from scripts.previous import copy_previous
from scripts.publications import FOLDERS, PARTS, publish, settle
from scripts.publish import drop_views, export_marts, write_quality
from scripts.report import write_report

#: A change in any of these makes the last publication stale.
SOURCES = ("dbt_project.yml", "profiles.yml", "models", "seeds", "macros", "tests", "scripts")


@dataclass(frozen=True)
class Job:
    """What to run on, and where its parts go."""

    intake: Intake
    title: str
    as_of: dt.date | None
    out: Path
    check_only: bool
    with_personal_data: bool = False
    erased: tuple[str, ...] = ()
    keep: int = 2

    @property
    def work(self) -> Path:
        """The folder in which everything is made before it is published."""
        return self.out / ".build"

    @property
    def built_warehouse(self) -> Path:
        """The warehouse under construction; its name is the published one's, so views agree."""
        return self.work / "warehouse.duckdb"


def run(job: Job, console: Console) -> None:
    """Run a job: land, build and check, export, judge the exports, publish, and print the figures.

    Args:
        job: what to run on.
        console: where progress and results are shown.

    Raises:
        LadderError: something cannot be done; nothing was published.
    """
    made = job.work / "publication"
    settle(job.out)
    fingerprint = _fingerprint(job)
    stamp = job.work / "fingerprint"
    if not job.check_only and _is_published(job.out, stamp, fingerprint):
        with duckdb.connect(str(job.out / "warehouse.duckdb"), read_only=True) as connection:
            _show(console, job, read_figures(connection))
        console.print("Nothing has changed since the last run, so nothing was done.")
        return
    shutil.rmtree(made, ignore_errors=True)
    for name in FOLDERS:
        (made / name).mkdir(parents=True)
    for leftover in job.work.glob("warehouse.duckdb*"):
        leftover.unlink()
    for leftover in job.work.glob(".landing-*"):  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    with _progress(console) as progress, models_read_ahead(job.built_warehouse, job.work) as models_are_read:
        task = progress.add_task(
            "Landing the files", total=sum(f.path.stat().st_size for f in job.intake.files)
        )
        landed = land(
            job.intake,
            job.built_warehouse,
            job.as_of,
            progress=lambda _, size: progress.advance(task, size),
        )
        note = copy_previous(job.built_warehouse, job.out / "warehouse.duckdb")
        notes = (*landed.notes, note) if note else landed.notes
        task = progress.add_task("Building and checking", total=None)
        models_are_read()
        # A core is idle while dbt builds.
        threading.Thread(target=load_library, daemon=True).start()
        built = build(
            job.built_warehouse,
            job.work,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
        task = progress.add_task("Exporting and judging the exports", total=3)
        with duckdb.connect(str(job.built_warehouse)) as connection:
            drop_views(connection)
            disclosure = Disclosure(
                connection,
                with_personal_data=job.with_personal_data,
                erased=job.erased,
            )
            notes = (*notes, *unknown_erased(disclosure))
            export_marts(connection, disclosure, made / "exports")
            progress.advance(task)
            expectations = expect(made / "exports")
            progress.advance(task)
            write_quality(connection, made / "quality", built.checks, expectations)
            write_report(connection, made / "report", job.title, made / "quality" / "checks.json")
            figures = read_figures(connection)
            progress.advance(task)
    for note in notes:
        console.print(f"Note: {note}.")
    _show(console, job, figures)
    if figures.restated_months:
        console.print(restated(figures.restated_months, job.check_only))
    if job.check_only:
        console.print(_checked(built, len(expectations)) + " Nothing was published.")
        _discard(job, made)
        return
    stamp.unlink(missing_ok=True)
    publish(job.built_warehouse, made, job.out, job.keep)
    stamp.write_text(fingerprint, "utf-8")
    console.print(_checked(built, len(expectations)))
    for path in ("report/index.html", "warehouse.duckdb", "exports", "quality"):
        console.print(f"  {job.out / path}", highlight=False, soft_wrap=True)


def _checked(built: Built, expectations: int) -> str:
    return f"{built.models} tables built; {len(built.checks)} checks and {expectations} expectations passed."


def restated(months: int, check_only: bool) -> str:
    """Say that months already published have changed, or would."""
    subject = "1 month" if months == 1 else f"{months} months"
    if check_only:
        return f"{subject} already published would change."
    verb = "has" if months == 1 else "have"
    return f"{subject} already published {verb} changed: quality.restatements says why."


def _discard(job: Job, made: Path) -> None:
    shutil.rmtree(made, ignore_errors=True)
    for leftover in job.work.glob("warehouse.duckdb*"):
        leftover.unlink()


def _show(console: Console, job: Job, figures: Figures) -> None:
    """Print the figures of a business, not those of a build."""
    context, currency = figures.context, figures.context.get("base_currency") or ""
    table = Table(
        title=f"{job.title}, as of {context['as_of_date'] or 'no date, for want of orders'}",
        title_justify="left",
        show_header=False,
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for rung in reversed(figures.rungs):
        if rung["customers"] or rung["rung_no"] >= 3:
            table.add_row(rung["label_en"], number(rung["customers"]), percent(rung["share_of_customers"]))
    table.add_section()
    retention, ltv = figures.retention, figures.ltv
    if retention:
        table.add_row(
            f"CRR {retention['period']:%Y-%m}",
            percent(retention["crr_strict"]),
            f"stayed, of {number(retention['s_start'])} active in {context['activity_window_days']} days; "
            f"by the formula {percent(retention['crr_formula'])}",
        )
    table.add_row(
        "LTV = S × C × P × T",
        f"{number(ltv['ltv_formula'])} {currency}".strip(),
        f"{number(ltv['avg_check'])} × {number(ltv['purchases_per_month'], 2)} × "
        f"{percent(ltv['margin_rate'])} × {number(ltv['lifetime_months'], 1)} months"
        if ltv["ltv_formula"] is not None
        else "no costs in the data, so no margin",
    )
    table.add_row(
        "Top 20 % of customers",
        percent(figures.concentration["top_20pct_share"]),
        f"of {number(figures.totals['revenue'])} {currency}".strip() + " revenue",
    )
    nobody = figures.bridge[-1]
    if nobody["orders"]:
        table.add_row(
            "Revenue of nobody",
            f"{number(nobody['amount'])} {currency}".strip(),
            f"{number(nobody['orders'])} orders without a customer",
        )
    accounting = figures.accounting
    table.add_row(
        "Rows accepted",
        number(accounting["rows_loaded"]),
        f"of {number(accounting['rows_in'])}; {number(accounting['rows_quarantined'])} in quarantine, "
        f"{number(accounting['rows_duplicate'])} copies",
    )
    console.print(table)


def _is_published(out: Path, stamp: Path, fingerprint: str) -> bool:
    complete = all((out / part).exists() for part in PARTS)
    return complete and stamp.exists() and stamp.read_text("utf-8") == fingerprint


def _fingerprint(job: Job) -> str:
    """Return what the result depends on as one hash: input files, as-of date and the project."""
    digest = hashlib.sha256(f"{job.as_of}|{job.title}|{job.with_personal_data}|{job.erased}".encode())
    settings = job.intake.folder / "intake.yml"
    inputs = [p for p in (*input_paths(job.intake.folder), settings) if p.is_file()]
    sources = sorted(
        p
        for name in SOURCES
        for p in ([PROJECT / name] if (PROJECT / name).is_file() else (PROJECT / name).rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    )
    for base, paths in ((job.intake.folder, inputs), (PROJECT, sources)):
        for path in paths:
            digest.update(path.relative_to(base).as_posix().encode())
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
    )


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Hold the output folder, so that two runs never write to it at once."""
    try:
        (out / ".build").mkdir(parents=True, exist_ok=True)
        lock = (out / ".build" / "lock").open("w")
    except OSError as error:
        raise UsageError(f"The output folder {out} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"Another run is writing to {out}; wait for it, or give another OUT.") from error
        yield


def _as_of(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise UsageError(f"AS_OF is {text!r}, which is not a date; write it as 2024-12-31.") from error


@click.command(help=__doc__)
@click.option(
    "--data",
    default=None,
    type=click.Path(path_type=Path),
    help="The data folder; default: the demo shop.",
)
@click.option("--as-of", default=None, help="As-of date, YYYY-MM-DD; default: the last date in the orders.")
@click.option(
    "--out",
    default="output",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder to publish to.",
)
@click.option("--size", default=1.0, show_default=True, help="Size of the demo shop, 1 = 9,000 orders.")
@click.option("--check", is_flag=True, help="Judge the files and the marts they give; publish nothing.")
@click.option(
    "--keep", default=2, show_default=True, type=click.IntRange(0), help="Earlier publications to keep."
)
@click.option(
    "--with-personal-data",
    is_flag=True,
    help="Let names, phones and e-mails into OUT/exports (marts.address_book).",
)
@click.option(
    "--erase",
    default=None,
    type=click.Path(path_type=Path),
    help="Ids, one a line, of people to keep out of OUT/exports.",
)
def main(
    data: Path | None,
    as_of: str | None,
    out: Path,
    size: float,
    check: bool,
    keep: int,
    with_personal_data: bool,
    erase: Path | None,
) -> None:
    """Run from the command line."""
    console = Console()
    started = time.monotonic()
    try:
        date = _as_of(as_of)
        with _alone_in(out):
            title = "The demo shop" if data is None else f"The shop in {data.resolve().name}"
            if data is None:
                data = out / ".build" / "demo"
                shutil.rmtree(data, ignore_errors=True)
                generate(data, size=size)
            erased = read_erase_list(erase)
            run(Job(read_intake(data), title, date, out, check, with_personal_data, erased, keep), console)
    except LadderError as error:
        Console(stderr=True).print(f"Stopped: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:  # whatever it is, a user gets a sentence and keeps the last output
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        Console(stderr=True).print(
            f"Stopped: {reason}. The last output is as it was.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        sys.exit(1)
    console.print(f"Done in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
