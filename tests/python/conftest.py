"""What the tests share: the commands under test, and the few costly builds, each made once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from scripts.demo import generate
from scripts.intake import PROJECT, read_intake
from scripts.land import land

#: The day of landing the tests pretend, so that they do not depend on the clock.
LOADED_ON = dt.date(2025, 7, 1)
ORDERS_HEADER = "order_id,customer_id,ordered_at,status,amount"


def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m scripts.run`, as make does."""
    command = [sys.executable, "-m", "scripts.run", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def run_dbt(
    command: str, *arguments: str, work: Path, parsed: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dbt on work/warehouse.duckdb; what was parsed before need not be parsed again.

    The path of the warehouse is relative, so that the profile is the same for all of them.
    """
    target = work / "target"
    target.mkdir(parents=True, exist_ok=True)
    if parsed:
        shutil.copy(parsed / "partial_parse.msgpack", target)
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            "--log-level-file=none",
            *command.split(),
            f"--project-dir={PROJECT}",
            f"--profiles-dir={PROJECT}",
            f"--target-path={target}",
            *arguments,
        ],
        cwd=work,
        env=os.environ
        | {"LADDER_WAREHOUSE": "warehouse.duckdb", "LADDER_SPILL": "spill", "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def build_marts(
    data: Path,
    work: Path,
    parsed: Path,
    *selection: str,
    as_of: dt.date | None = None,
    loaded_on: dt.date = LOADED_ON,
) -> Path:
    """Land a data folder and build its models, without their tests; return the warehouse."""
    warehouse = work / "warehouse.duckdb"
    land(read_intake(data), warehouse, as_of, loaded_on)
    skipped = ("--exclude-resource-type", "test", "unit_test")
    done = run_dbt("build", *skipped, *selection, work=work, parsed=parsed)
    assert done.returncode == 0, done.stdout
    return warehouse


def query(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def write_orders(folder: Path, *rows: str, header: str = ORDERS_HEADER) -> Path:
    """Write a data folder with an orders file of these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.csv").write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return folder


def hashes(out: Path) -> dict[str, str]:
    """The SHA-256 of every file of the current publication, or of any other folder."""
    found = {}
    for folder, _, names in os.walk(out, followlinks=True):
        for path in (Path(folder, name) for name in names):
            if path.is_file() and not {".build", "publications"} & set(path.relative_to(out).parts):
                found[path.relative_to(out).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(found.items()))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small demo shop."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, size=0.1)
    return folder


@pytest.fixture(scope="session")
def published(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a complete run on the demo shop."""
    out = tmp_path_factory.mktemp("published") / "out"
    done = run_command("--data", demo, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target folder of a `dbt parse`."""
    work = tmp_path_factory.mktemp("parsed")
    done = run_dbt("parse", work=work)
    assert done.returncode == 0, done.stdout
    return work / "target"


@pytest.fixture(scope="session")
def manifest(parsed: Path) -> dict:
    """What dbt knows about the project."""
    return json.loads((parsed / "manifest.json").read_text("utf-8"))
