"""Runs dbt on a landed warehouse, shows how far it is, and says in a sentence what went wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.errors import CheckFailedError, LadderError, UsageError
from scripts.intake import PROJECT

#: Told how many of how many nodes are done.
Progress = Callable[[int, int], None]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Check:
    """One check of the build and its result."""

    name: str
    description: str
    status: str
    failures: int


@dataclass(frozen=True)
class Built:
    """What dbt built and checked."""

    models: int
    checks: tuple[Check, ...]


@contextmanager
def models_read_ahead(warehouse: Path, work: Path) -> Iterator[Callable[[], object]]:
    """Have dbt read the models while something else is done, and keep for `build` what it has read.

    Whatever is wrong with them is left for `build` to say.

    Args:
        warehouse: the DuckDB file that will be built; it need not be there yet.
        work: the folder that `build` will be given.

    Yields:
        a function that waits until they are read.
    """
    with _started("parse", warehouse=warehouse, work=work, stdout=subprocess.DEVNULL) as process:
        try:
            yield process.wait
        finally:
            process.kill()


def build(warehouse: Path, work: Path, progress: Progress = lambda done, total: None) -> Built:
    """Build and check every model of the project in a landed warehouse.

    Args:
        warehouse: the DuckDB file with its `raw` schema.
        work: a folder for dbt's artefacts and for spilling.
        progress: told about every finished node.

    Raises:
        CheckFailedError: a check of severity error did not pass, or a model could not be built.
        UsageError: a parameter or the as-of date cannot be meant.
    """
    target = work / "target"
    (target / "run_results.json").unlink(missing_ok=True)
    errors: list[str] = []
    with _started(
        "build", "--exclude-resource-type=unit_test", warehouse=warehouse, work=work, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        done = 0
        for line in process.stdout:
            event = _event(line)
            if event["info"].get("level") == "error":
                errors.append(ANSI.sub("", str(event["info"].get("msg", ""))))
            total = event["data"].get("total") or event["data"].get("num_models")
            if total and event["info"].get("name", "").endswith("Result"):
                done += 1
                progress(done, total)
    if not (target / "run_results.json").exists():
        raise _error_before_the_run(errors)
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    failed = [r for r in results if r["status"] in ("error", "fail")]
    if failed:
        raise _error_of(failed[0], nodes, warehouse, errors)
    if process.returncode != 0:
        raise _error_before_the_run(errors)
    checks = tuple(
        Check(
            name=r["unique_id"].split(".")[2],
            description=nodes[r["unique_id"]].get("description", ""),
            status=r["status"],
            failures=r["failures"] or 0,
        )
        for r in results
        if r["unique_id"].startswith("test.")
    )
    models = sum(r["unique_id"].startswith("model.") for r in results)
    return Built(models=models, checks=checks)


def _started(*command: str, warehouse: Path, work: Path, stdout: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            "--log-format=json",
            "--log-level=info",
            "--log-level-file=none",
            *command,
            f"--project-dir={PROJECT}",
            f"--profiles-dir={PROJECT}",
            f"--target-path={work / 'target'}",
        ],
        stdout=stdout,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ
        | {"LADDER_WAREHOUSE": str(warehouse), "LADDER_SPILL": str(work / "spill"), "DO_NOT_TRACK": "1"},
        cwd=PROJECT,
    )


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = {"info": {"level": "error" if "rror" in line else "info", "msg": line.strip()}}
    return {"info": event.get("info", {}), "data": event.get("data", {})}


def _error_before_the_run(errors: list[str]) -> LadderError:
    text = _in_short(" ".join(errors))
    parameter = re.search(r"The parameter `.*?--vars\.", text)
    if parameter:
        return UsageError(parameter.group(0))
    return CheckFailedError(f"The models could not be built: {text or 'dbt gave no reason'}.")


def _in_short(text: str) -> str:
    """Return what a message says to its reader, and not where in the code it arose."""
    return " ".join(text.split("Traceback (most recent call last)")[0].split())[:600]


def _error_of(
    result: dict[str, Any],
    nodes: dict[str, Any],
    warehouse: Path,
    errors: list[str],
) -> LadderError:
    """Say what a failed model or check means to the user, with the first row that shows it."""
    node = nodes.get(result["unique_id"])
    if node is None:
        return _error_before_the_run([str(result.get("message") or ""), *errors])
    if result["status"] == "error":
        kind = "check" if node["resource_type"] == "test" else "table"
        reason = _in_short(str(result["message"] or ""))
        return CheckFailedError(f"The {kind} {node['name']} could not be built: {reason}")
    meta = node["config"].get("meta", {})
    example = _first_row(warehouse, result.get("compiled_code") or "")
    if sentence := meta.get("sentence"):
        text = str(sentence).format(**example)
    else:
        tables = ", ".join(d.split(".")[2] for d in node["depends_on"]["nodes"] if d[:5] == "model")
        found = ", ".join(f"{k} = {v}" for k, v in list(example.items())[:8])
        text = (
            f"The check {node['name']} failed on {tables}: {result['failures']} row(s), "
            f"the first with {found}. {node.get('description', '')}".strip()
        )
    return UsageError(text) if meta.get("exit_code") == UsageError.exit_code else CheckFailedError(text)


def _first_row(warehouse: Path, query: str) -> dict[str, Any]:
    if not query:
        return {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            cursor = connection.execute(query)
        except duckdb.Error:
            return {}
        names = [c[0] for c in cursor.description or []]
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}
