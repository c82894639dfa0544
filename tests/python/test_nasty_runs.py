"""Bad inputs that no row can show: whole files, parameters, sizes, a disk that is full, a run that is killed.

The table of all cases is in tests/nasty/README.md.
"""

from __future__ import annotations

import datetime
import importlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
import yaml
from conftest import ORDERS_HEADER, build_marts, hashes, query, run_command, write_orders
from test_run import assert_stopped

from scripts.errors import UsageError
from scripts.intake import PROJECT
from scripts.phones import phone_region

ROW = "1,C1,2024-01-05,paid,10.00"


@pytest.fixture(scope="module")
def last(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with a publication in it, for runs that must not touch it."""
    out = tmp_path_factory.mktemp("last") / "out"
    shutil.copytree(published, out)
    return out


# Files that are refused (cases 8, 13, 14, 15, 17)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            f"{ORDERS_HEADER}\n1,C1,01/02/2024,paid,5\n", ("ordered_at", "timestamp_format"), id="8"
        ),
        pytest.param(f"{ORDERS_HEADER}\n{ROW}\n".replace(",", ";"), ('delimiter: ";"',), id="13"),
        pytest.param(f"{ORDERS_HEADER}\n1,Иванов,2024-01-05,paid,5\n".encode("cp1251"), ("cp1251",), id="14"),
        pytest.param(f"{ORDERS_HEADER},amount\n{ROW},1\n", ("'amount' more than once",), id="17"),
    ],
)
def test_cases_8_to_17_a_refused_file_is_exit_3_and_the_last_output_stays(
    last: Path, tmp_path: Path, content: str | bytes, said: tuple[str, ...]
):
    before = hashes(last)
    (tmp_path / "orders.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run_command("--data", tmp_path, "--out", last)
    assert_stopped(done, 3, "orders.csv", *said)
    assert before
    assert hashes(last) == before


# Case 40


def check_vars(**changes: object) -> None:
    """Render the macro that dbt runs before every command, with vars changed."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"] | changes

    def refuse(message: str) -> None:
        raise ValueError(message)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals |= {
        "var": variables.__getitem__,
        "exceptions": SimpleNamespace(raise_compiler_error=refuse),
        "modules": SimpleNamespace(re=re, datetime=datetime),
    }
    source = (PROJECT / "macros" / "check_vars.sql").read_text("utf-8")
    environment.from_string(source + "{{ check_vars() }}").render()


def test_case_40_the_parameters_of_the_project_are_in_range():
    check_vars()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activity_window_days", 0),
        ("activity_window_days", -180),
        ("activity_window_days", "180"),
        ("retention_windows_days", [90, 0]),
        ("retention_windows_days", 90),
        ("retention_windows_days", "90"),
        ("programme_discount_kinds", "loyalty"),
        ("returns", "negative_lines"),
        ("earliest_business_date", "1980-13-01"),
        ("earliest_business_date", "1981-02-29"),
        ("as_of_date", "31.12.2024"),
        ("rung_retention_days", [0, 90]),
        ("rung_retention_days", ["90"]),
        ("forecast_from_months", 0),
        ("forecast_months", 1.5),
        ("regular_min_occasions", 0),
        ("xyz_months", 0),
        ("xyz_min_months", 13),
        ("abc_a_share", 80),
        ("abc_a_share", 0.96),
        ("abc_b_share", 0),
        ("top_customers_share", 30),
        ("top_total_share", 1.5),
        ("xyz_x_cv", 0.5),
        ("xyz_retail_x_cv", 2),
        ("occasion_unit", "day"),
        ("slipping_gaps", 0.5),
        ("follow_up_days", 0),
        ("exchange_rate_max_age_days", -1),
        ("bonus_orders", 0),
        ("complaint_sla_days", 91),
        ("mastering_support_days", 61),
        ("personal_window_gaps", 0),
        ("convenience_km", -1),
        ("price_hunter_share", 80),
        ("brand_loyal_share", 0),
    ],
)
def test_case_40_a_parameter_out_of_range_is_refused_by_its_name(name: str, value: object):
    with pytest.raises(ValueError, match=re.escape(f"The parameter `{name}` is ")):
        check_vars(**{name: value})


def test_case_40_a_day_of_the_calendar_is_in_range():
    check_vars(earliest_business_date="2024-02-29", as_of_date=datetime.date(2024, 12, 31))


@pytest.mark.parametrize("region", ["XX", "", "ru"])
def test_case_40_a_country_that_does_not_exist_is_refused(region: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml, "safe_load", lambda text: {"vars": {"phone_region": region}})
    with pytest.raises(UsageError, match="The parameter `phone_region` is"):
        phone_region()


# Case 41


def test_case_41_one_customer_with_a_million_orders_is_a_customer(parsed: Path, tmp_path: Path):
    (tmp_path / "data").mkdir()
    duckdb.sql(
        "select 'o' || n as order_id, 'C41' as customer_id, 'paid' as status, "
        "timestamp '2022-01-01' + to_minutes(n) as ordered_at, "
        "1.01::decimal(18, 2) as amount from range(1000000) as orders(n)"
    ).write_parquet(str(tmp_path / "data" / "orders.parquet"))
    warehouse = build_marts(tmp_path / "data", tmp_path, parsed)
    assert query(warehouse, "select customer_id, orders, revenue from marts.customer_facts") == [
        ("C41", 1_000_000, Decimal("1010000.00"))
    ]
    assert query(warehouse, "select max(order_number), count(distinct order_number) from marts.orders") == [
        (1_000_000, 1_000_000)
    ]


# Case 42


def test_case_42_an_output_folder_that_cannot_be_written_is_bad_usage(tmp_path: Path):
    data = write_orders(tmp_path / "data", ROW)
    done = run_command("--data", data, "--out", "/proc/output")
    assert_stopped(done, 2, "/proc/output cannot be written")


def run_on_a_full_disk(room: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run with files limited to so many bytes: writing on fails as on a disk that has become full."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "scripts.run", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, preexec_fn=limit)


@pytest.mark.parametrize("room", [300_000, 3_000_000], ids=["landing", "building"])
def test_case_42_a_full_disk_is_said_and_the_last_output_stays(last: Path, demo: Path, room: int):
    before = hashes(last)
    done = run_on_a_full_disk(room, "--data", demo, "--out", last, "--as-of", "2024-12-31")
    assert done.returncode in (1, 2)
    assert_stopped(done, done.returncode)
    assert hashes(last) == before


@pytest.mark.parametrize("moment", ["landing", "building"])
def test_case_42_a_killed_run_leaves_the_last_output(last: Path, demo: Path, moment: str):
    before = hashes(last)
    kill_a_run(last, moment, "--data", demo, "--out", last, "--as-of", "2024-11-30")
    assert hashes(last) == before


def kill_a_run(out: Path, moment: str, *arguments: object) -> None:
    """Start a run and kill it, with what it has started, while it is landing or building."""
    sign = {"landing": "warehouse.duckdb", "building": "target/manifest.json"}[moment]
    started = time.time()
    command = [sys.executable, "-m", "scripts.run", *map(str, arguments)]
    run = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while time.time() < started + 120:
            found = out / ".build" / sign
            if found.exists() and found.stat().st_mtime >= started:
                break
            assert run.poll() is None, "the run ended before it could be killed"
            time.sleep(0.05)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()


@pytest.fixture(scope="module")
def header_only(last: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder after a run on nothing but headers, which follows a killed one."""
    data = write_orders(tmp_path_factory.mktemp("nothing") / "data")
    (data / "customers.csv").write_text("customer_id,name\n")
    kill_a_run(last, "building", "--data", data, "--out", last)
    done = run_command("--data", data, "--out", last)
    assert done.returncode == 0, done.stdout + done.stderr
    return last


def test_case_42_the_run_after_a_killed_one_publishes(header_only: Path):
    files = hashes(header_only)
    assert {f"exports/{name}.parquet" for name in ("orders", "ltv_summary")} <= set(files)
    assert not list((header_only / ".build").glob(".landing-*")), "nothing of the killed run is left"


def test_case_15_files_with_only_a_header_give_empty_marts_and_null_rates(header_only: Path):
    warehouse = header_only / "warehouse.duckdb"
    assert query(warehouse, "select count(*) from marts.orders") == [(0,)]
    assert query(
        warehouse,
        "select customers, avg_check, purchases_per_month, margin_rate, lifetime_months, ltv_formula, "
        "crr_month from marts.ltv_summary",
    ) == [(0, *[None] * 6)]
    assert query(warehouse, "select distinct gini, top_20pct_share from marts.concentration") == [
        (None, None)
    ]
    assert query(warehouse, "select distinct rows_in, rows_loaded from quality.row_accounting") == [(0, 0)]
    assert query(warehouse, "select count(*) from quality.quarantine") == [(0,)]


# The table


def proofs() -> dict[int, list[str]]:
    """What tests/nasty/README.md says proves each case."""
    table = (PROJECT / "tests" / "nasty" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", table, re.MULTILINE)
    return {int(number): re.findall(r"`(\w+)::(\w+)`", proven) for number, proven in rows}


def test_the_table_has_all_42_cases_and_every_test_it_names_exists():
    found = proofs()
    assert sorted(found) == list(range(1, 43))
    for number, tests in found.items():
        assert tests, f"case {number} is proven nowhere"
        for module, test in tests:
            assert hasattr(importlib.import_module(module), test), f"{module}::{test}"
