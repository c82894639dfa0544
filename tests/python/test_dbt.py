"""The project by plain dbt and sqlfluff, as those who work in dbt run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conftest import LOADED_ON, run_dbt

from scripts.intake import PROJECT, read_intake
from scripts.land import land


def run_sqlfluff(work: Path) -> CompletedProcess[str]:
    folders = [name for name in ("models", "tests", "analyses") if (PROJECT / name).is_dir()]
    return subprocess.run(
        [str(Path(sys.executable).with_name("sqlfluff")), "lint", *folders],
        cwd=PROJECT,
        env=os.environ | {"LADDER_WAREHOUSE": str(work / "lint.duckdb"), "LADDER_SPILL": str(work)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def done(demo: Path, parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Both commands, side by side, for they take long."""
    work = tmp_path_factory.mktemp("dbt")
    land(read_intake(demo), work / "warehouse.duckdb", loaded_on=LOADED_ON)
    with ThreadPoolExecutor(2) as pool:
        dbt = pool.submit(run_dbt, "build", work=work, parsed=parsed)
        sqlfluff = pool.submit(run_sqlfluff, work)
    return {"dbt": dbt.result(), "sqlfluff": sqlfluff.result(), "work": work}


def test_dbt_build_passes_with_every_data_and_unit_test(done):
    assert done["dbt"].returncode == 0, done["dbt"].stdout[-3000:]
    text = (done["work"] / "target" / "run_results.json").read_text("utf-8")
    results = json.loads(text)["results"]
    built = [r for r in results if not r["unique_id"].startswith("exposure.")]
    assert {r["status"] for r in built} == {"success", "pass"}
    assert sum(r["unique_id"].startswith("unit_test.") for r in results) > 125


def test_sqlfluff_has_nothing_to_say(done):
    assert done["sqlfluff"].returncode == 0, done["sqlfluff"].stdout[-3000:]
