"""The benchmark compares programs that do the same work, on a history that looks like one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import build_marts, query

from scripts.bench import pandas_marts, polars_marts
from scripts.bench.__main__ import (
    FILES_TO_MARTS,
    LIMIT,
    MARTS,
    POLARS,
    Run,
    comparisons,
    medians,
    run_process,
)
from scripts.bench.history import make_csv, make_history
from scripts.intake import PROJECT
from scripts.parity import compare, keys_of_marts

ORDERS = 5_000


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "history"
    make_history(folder, ORDERS)
    return folder


@pytest.fixture(scope="module")
def warehouse(history: Path, parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    selection = ("--select", *(f"+{mart}" for mart in MARTS))
    return build_marts(history, tmp_path_factory.mktemp("bench_marts"), parsed, *selection)


# The programs


@pytest.mark.parametrize("program", [polars_marts, pandas_marts], ids=["polars", "pandas"])
def test_a_program_by_hand_makes_the_same_marts(
    program, history: Path, warehouse: Path, parsed: Path, tmp_path: Path
):
    program.make_marts(history, tmp_path)
    keys = keys_of_marts(parsed / "manifest.json")
    parity = compare(warehouse, tmp_path, {f"marts.{mart}": keys[f"marts.{mart}"] for mart in MARTS})
    assert parity.examples == ()
    assert parity.differ == 0
    assert parity.cells > 300_000


def test_the_marts_compared_are_those_of_the_contract_that_orders_alone_can_fill(warehouse: Path):
    """All of section 3 but the purchase models, which come later, and products, which need lines."""
    written = {
        name
        for (name,) in query(warehouse, "select table_name from duckdb_tables() where schema_name = 'marts'")
    }
    assert set(MARTS) <= written
    contract = PROJECT / ".." / "shared" / "contract.md"
    if not contract.exists():
        pytest.skip("the contract is not here")
    section = contract.read_text("utf-8").split("| table in `marts` |")[1].split("| table in `quality` |")[0]
    named = {
        name.strip()
        for line in section.splitlines()
        if line.startswith("| ") and "---" not in line
        for name in line.split("|")[1].split(",")
    } - {"one row per"}
    assert named - set(MARTS) == {"customer_clv", "clv_model_parameters", "clv_backtest", "abc_xyz_products"}


# The history


def figure(history: Path, select: str) -> float:
    found = duckdb.sql(f"select {select} from '{history}/orders.parquet'").fetchone()
    assert found is not None
    return found[0]


def test_a_history_has_as_many_orders_as_asked_for_and_is_always_the_same(history: Path, tmp_path: Path):
    assert figure(history, "count(distinct order_id)") == ORDERS
    make_history(tmp_path, ORDERS)
    for name in ("orders.parquet", "refunds.parquet"):
        differing = duckdb.sql(f"(from '{history / name}') except (from '{tmp_path / name}')").fetchall()
        assert differing == []


def test_a_history_has_a_season_and_grows(history: Path):
    assert figure(history, "count(*) filter (quarter(ordered_at) = 4) / count(*)") > 0.28
    assert figure(history, "count(*) filter (year(ordered_at) = 2024) / count(*)") > 0.3
    assert figure(
        history, "max(ordered_at) < timestamp '2025-01-01' and min(ordered_at) >= timestamp '2020-01-01'"
    )


def test_a_history_has_a_few_customers_who_buy_a_great_deal(history: Path):
    counts = f"(select count(*) as orders from '{history}/orders.parquet' group by customer_id)"
    once, top = duckdb.sql(
        f"select count(*) filter (orders = 1) / count(*), max(orders) / avg(orders) from {counts}"
    ).fetchall()[0]
    assert 0.4 < once < 0.7
    assert top > 10


def test_some_orders_are_refunded_and_some_of_these_in_full(history: Path):
    refunded, in_full = duckdb.sql(f"""
        select count(*) / {ORDERS}, count(*) filter (refunds.amount = orders.amount) / count(*)
        from '{history}/refunds.parquet' as refunds
        inner join '{history}/orders.parquet' as orders using (order_id)
    """).fetchall()[0]
    assert 0.02 < refunded < 0.04
    assert 0.2 < in_full < 0.5


def test_the_csv_is_the_same_history(history: Path, tmp_path: Path):
    make_csv(tmp_path, ORDERS)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
    same = duckdb.sql(
        f"(from '{history}/orders.parquet') except (from read_csv('{tmp_path}/orders.csv', header = true))"
    )
    assert same.fetchall() == []


# The measuring


def test_the_peak_memory_is_that_of_the_process_measured():
    seconds, peak, printed = run_process(
        [sys.executable, "-c", "import time; x = bytearray(900 * 2**20); time.sleep(0.5); print('done')"]
    )
    assert 900 < peak < 1100
    assert 0.5 < seconds < 60
    assert printed == "done\n"


def test_a_program_that_fails_ends_the_benchmark():
    with pytest.raises(SystemExit):
        run_process([sys.executable, "-c", "raise SystemExit(1)"])


def test_what_is_shown_are_medians_beside_the_median_of_the_limit():
    runs = [Run(LIMIT, 1.0, 50), Run(POLARS, 10.0, 300), Run(LIMIT, 4.0, 70), Run(POLARS, 90.0, 100)]
    runs += [Run(LIMIT, 2.0, 60), Run(POLARS, 20.0, 200)]
    limit, polars = medians(runs, 7, LIMIT)
    assert limit == {
        "name": LIMIT,
        "orders": 7,
        "seconds": 2.0,
        "peak_rss_mb": 60,
        "ratio_to_limit": 1.0,
        "runs": [1.0, 4.0, 2.0],
    }
    assert (polars["seconds"], polars["peak_rss_mb"], polars["ratio_to_limit"]) == (20.0, 200, 10.0)


def test_growth_is_the_power_of_the_orders():
    runs = [[Run(LIMIT, 1.0, 1), Run(FILES_TO_MARTS, seconds, 1)] for seconds in (10.0, 1000.0)]
    results = medians(runs[0], 1_000, LIMIT) + medians(runs[1], 10_000, LIMIT)
    assert any("orders^2.00" in line for line in comparisons(results))


def test_the_benchmark_writes_its_figures_and_a_chart(tmp_path: Path):
    command = [sys.executable, "-m", "scripts.bench", "--orders", "2000", "--repeats", "2"]
    command += ["--only", "polars", "--only", "pandas", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    assert [result["name"] for result in results] == [
        LIMIT,
        "files to marts, Polars by hand",
        "files to marts, pandas by hand",
    ]
    for result in results:
        assert result["orders"] == 2000
        assert result["seconds"] > 0
        assert result["peak_rss_mb"] > 30
        assert len(result["runs"]) == 2
        assert f"| {result['name']} | 2,000 |" in done.stdout
    assert "</svg>" in (tmp_path / "bench.svg").read_text("utf-8")
