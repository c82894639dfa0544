"""How publications follow one another: whole, in one step, and without disturbing who reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import query

from scripts.publications import FOLDERS, PARTS, publish, settle

#: Reads as a dashboard does: one connection stays open, others come and go. Prints `ready`, then one line a
#: reading: the total of the old connection, and total and what the same file says it is of a new one.
READER = """
import sys, time, duckdb
path, until = sys.argv[1:]
import pathlib
held = duckdb.connect(path, read_only=True)
total = 'select sum(revenue) from marts.orders'
print('ready', flush=True)
while not pathlib.Path(until).exists():
    found = held.execute(total).fetchone()
    other = pathlib.Path(path).resolve()  # its own name: one process opens a path once
    try:
        with duckdb.connect(str(other), read_only=True) as fresh:
            found += fresh.execute(total).fetchone() + fresh.execute('from marts.truth').fetchone()
    except duckdb.IOException:
        if other.exists(): raise
        continue  # retired between looking it up and opening it
    print(*found, flush=True)
"""


class KilledError(BaseException):
    """Stands for a kill: nothing in the program catches it."""


def make(out: Path, number: int) -> tuple[Path, Path]:
    """What a run has made when it is about to publish; every part says its number."""
    made = out / ".build" / "publication"
    shutil.rmtree(made, ignore_errors=True)
    for folder in FOLDERS:
        (made / folder).mkdir(parents=True)
        (made / folder / "number").write_text(str(number))
    warehouse = out / ".build" / "warehouse.duckdb"
    warehouse.write_text(str(number))
    return warehouse, made


def make_and_publish(out: Path, number: int, keep: int = 2) -> None:
    publish(*make(out, number), out, keep)


def seen(out: Path) -> set[str | None]:
    """The numbers of the parts that a reader sees; None for a part that is not there."""
    paths = [out / part / "number" if part in FOLDERS else out / part for part in PARTS]
    return {path.read_text() if path.exists() else None for path in paths}


def kill_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Let the process be killed when it is about to change the file system for the step-th time."""
    left = [step]

    def killing(name: str):
        real = getattr(os, name)

        def change(*arguments, **named):
            left[0] -= 1
            if left[0] < 0:
                raise KilledError(name)
            return real(*arguments, **named)

        return change

    for name in ("rename", "replace", "symlink", "unlink", "mkdir", "rmdir"):
        patch.setattr(os, name, killing(name))


def kills(act: Callable[[], None]) -> Iterator[None]:
    """Kill `act` at its first change, at its second, and so on until it ends; yield after each kill."""
    step = 0
    while True:
        with pytest.MonkeyPatch.context() as patch:
            kill_at(step, patch)
            try:
                act()
            except KilledError:
                pass
            else:
                return
        yield
        step += 1


def test_a_kill_at_any_step_leaves_one_whole_publication(tmp_path: Path):
    last = 4
    for number in range(1, last + 1):
        make_and_publish(tmp_path, number)

    def act():
        publish(*ready, tmp_path, 2)

    ready = make(tmp_path, last + 1)
    steps = 0
    for _ in kills(act):
        steps += 1
        before = seen(tmp_path)
        assert before in ({str(last)}, {str(last + 1)})
        settle(tmp_path)
        assert seen(tmp_path) == before, "what a reader saw stays"
        last = int(before.pop())
        ready = make(tmp_path, last + 1)
    assert steps > 5
    assert seen(tmp_path) == {str(last + 1)}
    assert len(list((tmp_path / "publications").glob("[0-9]*"))) == 3


def test_a_kill_at_any_step_of_the_first_publication_leaves_nothing_or_all(tmp_path: Path):
    def act():
        publish(*ready, tmp_path, 2)

    ready = make(tmp_path, 1)
    for _ in kills(act):
        assert seen(tmp_path) in ({None}, {"1"})
        settle(tmp_path)
        if seen(tmp_path) == {"1"}:
            break
        assert not list((tmp_path / "publications").glob("[0-9]*"))
        ready = make(tmp_path, 1)
    settle(tmp_path)
    assert seen(tmp_path) == {"1"}


def test_what_an_earlier_version_published_is_taken_over_whenever_that_is_killed(tmp_path: Path):
    warehouse, made = make(tmp_path, 1)
    for part in FOLDERS:
        (made / part).rename(tmp_path / part)
    warehouse.rename(tmp_path / warehouse.name)
    steps = sum(1 for _ in kills(lambda: settle(tmp_path)))
    assert steps > len(PARTS)
    assert seen(tmp_path) == {"1"}
    assert all((tmp_path / part).is_symlink() for part in PARTS)
    make_and_publish(tmp_path, 2)
    assert seen(tmp_path) == {"2"}
    earlier = (tmp_path / "publications").glob("[0-9]*/exports/number")
    assert sorted(path.read_text() for path in earlier) == ["1", "2"]


def test_a_copy_of_the_output_that_followed_the_links_goes_on(tmp_path: Path):
    make_and_publish(tmp_path / "out", 1)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    (tmp_path / "copy" / "warehouse.duckdb").write_text("1")
    settle(tmp_path / "copy")
    assert seen(tmp_path / "copy") == {"1"}
    make_and_publish(tmp_path / "copy", 2)
    assert seen(tmp_path / "copy") == {"2"}
    assert seen(tmp_path / "out") == {"1"}


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_so_many_earlier_publications_stay(tmp_path: Path, keep: int):
    for number in range(1, 6):
        make_and_publish(tmp_path, number, keep)
    kept = sorted(path.name for path in (tmp_path / "publications").iterdir())
    assert kept == [f"{number:04}" for number in range(5 - keep, 6)] + ["current"]
    assert (tmp_path / "publications" / f"{5 - keep:04}" / "warehouse.duckdb").read_text() == str(5 - keep)


def write_warehouse(path: Path, number: int) -> None:
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.orders as select {number} + i as revenue from range(50000) t(i)"
        )
        connection.execute("create table marts.truth as select sum(revenue) from marts.orders")


def test_readers_see_no_error_and_no_wrong_total_during_20_publications(tmp_path: Path):
    out, stop = tmp_path / "out", tmp_path / "stop"
    warehouse, made = make(out, 0)
    write_warehouse(warehouse, 0)
    publish(warehouse, made, out, 2)
    (first,) = query(out / "warehouse.duckdb", "select sum(revenue) from marts.orders")[0]
    command = [sys.executable, "-c", READER, str(out / "warehouse.duckdb"), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, 21):
            warehouse, made = make(out, number)
            write_warehouse(warehouse, number)
            settle(out)
            publish(warehouse, made, out, 2)
        stop.touch()
        printed, complaints = reader.communicate(timeout=60)
    assert reader.returncode == 0, complaints
    readings = [tuple(map(int, line.split())) for line in printed.splitlines()]
    assert len(readings) > 5
    assert {held for held, _, _ in readings} == {first}
    assert [reading for reading in readings if reading[1] != reading[2]] == []
    assert len({fresh for _, fresh, _ in readings}) > 2, "the reader saw publications come"
