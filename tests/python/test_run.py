"""The run from end to end: exit codes, messages, and what is published when."""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conftest import ORDERS_HEADER, hashes, query, run_command, run_dbt, write_orders

from scripts.intake import PROJECT

ROW = "1,C1,2024-01-05,paid,10.00"

#: The fixed columns of the public contract.
CONTRACT = {
    "marts.orders": "order_id customer_id ordered_at order_date revenue cost margin "
    "refunded_amount order_number",
    "marts.customer_facts": "customer_id first_order_at last_order_at orders purchase_days revenue "
    "cost margin aov span_days age_days recency_days active_months mean_gap_days median_gap_days "
    "max_gap_days std_gap_days is_active as_of_date",
    "marts.cohort_retention": "period_grain cohort age period cohort_size active retention "
    "active_on_or_after retention_unbounded orders revenue cum_revenue is_complete",
    "marts.cohort_retention_age30": "cohort window_no eligible cohort_size active retention is_full",
    "marts.customer_retention": "period_grain period window_days s_start e_end n_new "
    "n_new_active_end retained reactivated lost crr_formula crr_adjusted crr_strict churn "
    "left_censored",
    "marts.customer_ltv": "customer_id avg_check purchases_per_month margin_rate lifetime_months "
    "ltv_formula historic_margin",
    "marts.ltv_summary": "customers avg_check purchases_per_month margin_rate lifetime_months "
    "ltv_formula mean_historic_margin crr_month lifetime_months_projected ltv_projected",
    "marts.abc_xyz_customers": "customer_id revenue revenue_rank prefix_share cum_share abc "
    "n_months active_months cv xyz xyz_retail reason abc_xyz is_target",
    "marts.abc_xyz_products": "product_id revenue revenue_rank prefix_share cum_share abc n_months "
    "active_months cv xyz xyz_retail reason abc_xyz is_target",
    "marts.rfm_customers": "customer_id recency_days frequency monetary r_score f_score m_score rfm segment",
    "marts.concentration": "population measure customers total gini top_20pct_customers "
    "top_20pct_share customers_for_80pct customers_for_80pct_share",
    "marts.ladder_stages": "ladder customer_id rung_no rung highest_rung_ever activity since "
    "turn_no evidence wallet_known as_of_date",
    "marts.ladder_history": "ladder customer_id rung_no rung valid_from valid_to rule_id direction "
    "is_imputed",
    "marts.ladder_transitions": "ladder month from_rung to_rung customers share",
    "marts.ladder_distribution": "ladder month rung_no rung customers share_of_customers revenue margin",
    "quality.row_accounting": "entity file rows_in rows_loaded rows_quarantined rows_duplicate",
    "quality.quarantine": "entity file line_no row_key rule_code message raw_text",
    "quality.customer_map": "customer_id survivor_id matched_by",
}


def assert_stopped(done: CompletedProcess[str], exit_code: int, *said: str) -> None:
    """One sentence on stderr that says what is wrong, and the right exit code."""
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("Stopped: ")
    assert done.stderr.count("\n") == 1
    for part in said:
        assert part in done.stderr


# Runs that stop before anything is built.


def test_an_as_of_that_is_no_date_is_bad_usage(tmp_path: Path):
    done = run_command("--as-of", "31.12.2024", "--out", tmp_path)
    assert_stopped(done, 2, "31.12.2024", "2024-12-31")


def test_a_data_folder_that_does_not_exist_is_bad_usage(tmp_path: Path):
    done = run_command("--data", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert_stopped(done, 2, "nowhere does not exist")


def test_an_empty_data_folder_is_bad_usage(tmp_path: Path):
    (tmp_path / "data").mkdir()
    done = run_command("--data", tmp_path / "data", "--out", tmp_path / "out")
    assert_stopped(done, 2, "holds no sales")


def test_a_missing_column_is_a_refused_file(tmp_path: Path):
    data = write_orders(tmp_path / "data", header="order_id,ordered_at,status")
    done = run_command("--data", data, "--out", tmp_path / "out")
    assert_stopped(done, 3, "orders.csv", "amount")


def test_a_file_of_0_bytes_is_a_refused_file(tmp_path: Path):
    data = write_orders(tmp_path / "data", ROW)
    (data / "customers.csv").touch()
    done = run_command("--data", data, "--out", tmp_path / "out")
    assert_stopped(done, 3, "customers.csv is empty")


def test_an_output_folder_that_is_a_file_is_bad_usage(tmp_path: Path):
    (tmp_path / "out").touch()
    done = run_command("--data", write_orders(tmp_path / "data"), "--out", tmp_path / "out")
    assert_stopped(done, 2, "cannot be written")


def test_two_runs_never_write_to_one_folder_at_once(tmp_path: Path):
    (tmp_path / ".build").mkdir()
    with (tmp_path / ".build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_command("--data", write_orders(tmp_path / "data", ROW), "--out", tmp_path)
    assert_stopped(done, 2, "Another run is writing to")


# Runs that stop while building, or publish nothing; two at a time, for they take long.


class Runs:
    """Runs that leave no publication behind, and the output folder of each."""

    def __init__(self, folder: Path, demo: Path, published: Path):
        currency = {"header": f"{ORDERS_HEADER},currency"}
        two = write_orders(folder / "two", f"{ROW},EUR", "2,C2,2024-01-06,paid,5,USD", **currency)
        bad = write_orders(folder / "bad", "1,C1,yesterday,paid,10", "2,C2,2024-01-06,paid,ten")
        self.out = {"early": published} | {n: folder / "out" / n for n in ("check", "currencies", "bad")}
        self.before = hashes(published)
        arguments = {
            "early": ("--data", demo, "--as-of", "2020-01-01"),
            "check": ("--data", write_orders(folder / "good", ROW), "--check"),
            "currencies": ("--data", two),
            "bad": ("--data", bad),
        }
        with ThreadPoolExecutor(2) as pool:
            running = {
                name: pool.submit(run_command, *given, "--out", self.out[name])
                for name, given in arguments.items()
            }
        self.done = {name: future.result() for name, future in running.items()}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, demo: Path, published: Path) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"), demo, published)


def test_an_as_of_before_the_first_order_is_bad_usage(runs: Runs):
    assert_stopped(runs.done["early"], 2, "2020-01-01", "before the first order", "2023-07")


def test_a_run_that_stops_leaves_the_last_output_untouched(runs: Runs):
    assert runs.before
    assert hashes(runs.out["early"]) == runs.before


def test_two_currencies_without_a_base_are_bad_usage(runs: Runs):
    assert_stopped(runs.done["currencies"], 2, "EUR", "USD", "intake.yml")
    assert "`currency: " in runs.done["currencies"].stderr


def test_sales_files_of_which_nothing_is_left_are_a_failed_check(runs: Runs):
    assert_stopped(runs.done["bad"], 1, "orders.csv", "line 2", "ordered_at")
    assert hashes(runs.out["bad"]) == {}


def test_a_check_judges_and_publishes_nothing(runs: Runs):
    done = runs.done["check"]
    assert done.returncode == 0, done.stderr
    assert "Nothing was published." in done.stdout
    assert hashes(runs.out["check"]) == {}


def test_a_second_run_finds_nothing_to_do(runs: Runs, demo: Path, published: Path):
    done = run_command("--data", demo, "--out", published)
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed" in done.stdout
    assert hashes(published) == runs.before


def test_a_parameter_out_of_range_is_refused_by_name(tmp_path: Path):
    done = run_dbt("compile", "--vars", "{activity_window_days: 0}", "--no-introspect", work=tmp_path)
    assert done.returncode != 0
    assert "The parameter `activity_window_days` is 0" in done.stdout


def test_a_rung_must_not_be_called_like_an_outcome(tmp_path: Path):
    ladders = "{ladders: {skirt: {first_rung_no: 1, rungs: [{rung: lapsed, rule: S4-1, when: 'true'}]}}}"
    done = run_dbt("compile", "--vars", ladders, "--no-introspect", work=tmp_path)
    assert done.returncode != 0
    assert "The ladder `" in done.stdout


# What is published.


def test_the_warehouse_has_the_five_schemas_and_no_views_but_those_of_the_files(published: Path):
    warehouse = published / "warehouse.duckdb"
    schemas = query(warehouse, "select distinct schema_name from duckdb_tables() order by 1")
    assert [name for (name,) in schemas] == ["core", "marts", "quality", "raw", "staging"]
    views = query(warehouse, "select distinct schema_name from duckdb_views() where not internal")
    assert views == [("raw",)]
    # They name no file, so that they are read from wherever the warehouse is.
    assert query(warehouse, "select count(*) from raw.orders") > [(0,)]


@pytest.mark.parametrize("table", CONTRACT)
def test_every_table_has_the_columns_of_the_contract(published: Path, table: str):
    found = query(published / "warehouse.duckdb", f"select column_name from (describe {table})")
    assert set(CONTRACT[table].split()) <= {name for (name,) in found}


def test_the_manifest_describes_every_export(published: Path):
    exports = published / "exports"
    manifest = json.loads((exports / "manifest.json").read_text("utf-8"))
    assert manifest["as_of_date"] == "2025-06-30"
    assert set(manifest["versions"]) == {"loyalty_ladder", "dbt", "duckdb"}
    marts = manifest["marts"]
    assert {mart["file"] for mart in marts.values()} == {p.name for p in exports.glob("*.parquet")}
    assert {mart["csv"]["file"] for mart in marts.values()} == {p.name for p in exports.glob("*.csv")}
    assert {t.split(".")[1] for t in CONTRACT if t.startswith("marts.")} <= set(marts)
    for name, mart in marts.items():
        path = exports / mart["file"]
        assert mart["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        csv = exports / mart["csv"]["file"]
        assert mart["csv"]["sha256"] == hashlib.sha256(csv.read_bytes()).hexdigest()
        described = query(
            published / "warehouse.duckdb",
            f"select column_name, column_type from (describe from '{path}')",
        )
        assert [(c["name"], c["type"]) for c in mart["columns"]] == described
        counted = query(published / "warehouse.duckdb", f"select count(*) from marts.{name}")
        assert counted == [(mart["rows"],)]


def test_the_results_of_all_checks_are_published(published: Path):
    results = json.loads((published / "quality" / "checks.json").read_text("utf-8"))
    assert len(results["checks"]) > 140
    assert all(check["status"] == "pass" for check in results["checks"])
    assert len(results["expectations"]) > 50
    assert all(expectation["success"] for expectation in results["expectations"])


def test_rows_in_are_rows_loaded_quarantined_and_copies(published: Path):
    assert query(
        published / "warehouse.duckdb",
        "select count(*) > 10, bool_and(rows_in = rows_loaded + rows_quarantined + rows_duplicate) "
        "from quality.row_accounting",
    ) == [(True, True)]


def test_the_report_needs_nothing_from_the_network(published: Path):
    page = (published / "report" / "index.html").read_text("utf-8")
    assert "<table" in page
    assert 'src="http' not in page
    assert 'href="http' not in page


@pytest.mark.parametrize(
    ("said", "discloses"), [("yes", True), ("no", False), ("", False), ("maybe", None), ("true", None)]
)
def test_only_yes_lets_personal_data_leave(said: str, discloses: bool | None):
    make = ["make", "-n", "excel", f"PERSONAL={said}"]
    done = subprocess.run(make, cwd=PROJECT, capture_output=True, text=True, check=False)
    if discloses is None:
        assert done.returncode == 2
        assert "says neither yes nor no" in done.stderr
    else:
        assert ("--with-personal-data" in done.stdout) is discloses
