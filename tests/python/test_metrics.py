"""The semantic layer: what MetricFlow answers is what the marts say."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from conftest import build_marts, query, run_dbt

from scripts import metrics
from scripts.errors import UsageError
from scripts.intake import PROJECT

#: One process for all queries; each is a whole `mf query`.
ASK = """
import json, sys
from pathlib import Path
from scripts.metrics import ask, prepare
prepare(Path("warehouse.duckdb"), Path("work"))
for arguments in json.load(sys.stdin):
    try:
        ask(tuple(arguments))
    except SystemExit as end:
        if end.code:
            raise
"""
MONTHLY = "period_grain = 'month' and window_days = (select activity_window_days from core.run_context)"
KNOWN = "case when count(*) = count(margin) then sum(margin) end"


@dataclass(frozen=True)
class Question:
    """Metrics by something, and the query of a mart that has the same answer, columns in the same order."""

    metrics: str
    by: str
    mart: str
    where: str = ""


QUESTIONS = {
    "orders by month": Question(
        "orders,revenue,refunded_amount,aov,margin,costed_margin,orders_without_cost",
        "metric_time__month",
        "select m.month, count(o.order_id), coalesce(sum(revenue), 0), coalesce(sum(refunded_amount), 0), "
        "avg(revenue), case when count(*) filter (where order_id is not null and margin is null) = 0 "
        "then coalesce(sum(margin), 0) end, coalesce(sum(margin), 0), "
        "count(*) filter (where order_id is not null and margin is null) from core.calendar_months m "
        "left join marts.orders o on date_trunc('month', o.order_date) = m.month group by m.month",
    ),
    "orders by channel": Question(
        "orders,revenue,new_customers",
        "order__channel",
        "select channel, count(*), sum(revenue), count(*) filter (where order_number = 1) "
        "from marts.orders group by channel",
    ),
    "orders by customer": Question(
        "orders,revenue,aov,margin",
        "customer",
        "select customer_id, orders, revenue, aov, margin from marts.customer_facts",
        "{{ Dimension('order__is_identified') }}",
    ),
    "the money of the bridge": Question(
        "revenue", "", "select sum(amount) from quality.revenue_bridge where step like 'revenue_of_%'"
    ),
    "revenue by rung": Question(
        "revenue",
        "customer__rung",
        "select rung, revenue from marts.rung_economics where ladder = 'canonical' and revenue > 0",
        "{{ Dimension('order__is_identified') }}",
    ),
    "buyers by month": Question(
        "buying_customers,new_customers",
        "metric_time__month",
        "select period, e_end, n_new from marts.customer_retention "
        "where period_grain = 'month' and window_days is null",
    ),
    "retention by month": Question(
        "active_customers,s_start,e_end,n_new,n_new_active_end,retained,lost,crr_formula,crr_adjusted,"
        "crr_strict,churn",
        "metric_time__month",
        "select period, e_end, s_start, e_end, n_new, n_new_active_end, retained, lost, crr_formula, "
        f"crr_adjusted, crr_strict, churn from marts.customer_retention where {MONTHLY}",
    ),
    "retention by quarter": Question(
        "s_start_quarter,e_end_quarter,n_new_quarter,retained_quarter,crr_formula_quarter,crr_strict_quarter",
        "metric_time__month",
        "select period, s_start, e_end, n_new, retained, crr_formula, crr_strict "
        f"from marts.customer_retention where {MONTHLY.replace('month', 'quarter')}",
    ),
    "active at the last month's end": Question(
        "active_customers",
        "",
        f"select max_by(e_end, period) from marts.customer_retention where {MONTHLY}",
    ),
    "cohorts by month and age": Question(
        "cohort_active,cohort_size,cohort_retention",
        "metric_time__month,cohort_age__age",
        "select cohort, age, active, cohort_size, retention from marts.cohort_retention "
        "where period_grain = 'month' and is_complete",
    ),
    "customers by month": Question(
        "customers,customers_active_now,customers_repeated,repeat_rate",
        "metric_time__month",
        "select date_trunc('month', first_order_date), count(*), count(*) filter (where is_active), "
        "count(*) filter (where purchase_days > 1), avg((purchase_days > 1)::int) "
        "from marts.customer_facts group by 1",
    ),
    "worth of the shop": Question(
        "avg_check,purchases_per_month,margin_rate,lifetime_months,ltv_formula,mean_historic_margin,"
        "cost_coverage,crr_month,ltv_projected,customers",
        "",
        "select avg_check, purchases_per_month, margin_rate, lifetime_months, ltv_formula, "
        "mean_historic_margin, cost_coverage, crr_month, ltv_projected, customers from marts.ltv_summary",
    ),
    "worth of each customer": Question(
        "avg_check,purchases_per_month,margin_rate,lifetime_months,ltv_formula,mean_historic_margin",
        "customer",
        "select customer_id, avg_check, purchases_per_month, margin_rate, lifetime_months, ltv_formula, "
        "historic_margin from marts.customer_ltv",
    ),
    "what the factors are made of": Question(
        "revenue_of_customers,orders_of_customers,active_months_of_customers,costed_revenue_of_customers,"
        "costed_margin_of_customers,customers_without_cost",
        "",
        "select sum(revenue), sum(orders), sum(active_months), sum(costed_revenue), sum(costed_margin), "
        "count(*) filter (where margin is null) from marts.customer_facts",
    ),
    "rungs by month": Question(
        "standing,shares,distributions,distributions_with_people,people_on_rung,share_on_rung",
        "metric_time__month,ladder_month__ladder,ladder_month__rung",
        "select month, ladder, rung, customers, share_of_customers, 1, "
        "(share_of_customers is not null)::int, customers, share_of_customers from marts.ladder_distribution",
    ),
    "people by rung": Question(
        "people",
        "customer__rung",
        "select rung, count(*) from marts.ladder_stages where ladder = 'canonical' group by rung",
    ),
    "shares of all ladders and months": Question("share_on_rung", "", "select 1"),
}


@pytest.fixture(scope="module")
def work(demo: Path, parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo shop's warehouse."""
    folder = tmp_path_factory.mktemp("metrics")
    build_marts(demo, folder, parsed)
    (folder / "work").mkdir()
    (folder / "target").rename(folder / "work" / "target")
    return folder


def run_python(work: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python where the warehouse is; its path is that of conftest.run_dbt, so that little is parsed."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "LADDER_SPILL": "spill", "DO_NOT_TRACK": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=work,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def answers(work: Path) -> Path:
    """A folder with a CSV file for each question."""
    asked = [
        ["query", "--metrics", question.metrics, "--csv", f"{number}.csv"]
        + (["--group-by", question.by] if question.by else [])
        + (["--where", question.where] if question.where else [])
        for number, question in enumerate(QUESTIONS.values())
    ]
    done = run_python(work, "-c", ASK, given=json.dumps(asked))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return work


def test_the_metrics_are_valid_in_the_warehouse(work: Path):
    done = run_python(work, "-m", "scripts.metrics", "--warehouse=warehouse.duckdb", "--work=work")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") == 6, done.stdout


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_metric_is_what_its_mart_says(answers: Path, name: str):
    question = QUESTIONS[name]
    with (answers / f"{list(QUESTIONS).index(name)}.csv").open(encoding="utf-8") as file:
        header, *lines = list(csv.reader(file))
    by = [c for c in question.by.split(",") if c]
    assert sorted(header) == sorted([*by, *question.metrics.split(",")])
    places = [header.index(column) for column in by + question.metrics.split(",")]
    found, said = {}, {}
    for line in lines:
        row = [line[place] for place in places]
        found[key_of(row[: len(by)])] = [float(value) if value else None for value in row[len(by) :]]
    for row in query(answers / "warehouse.duckdb", question.mart):
        said[key_of(row[: len(by)])] = row[len(by) :]
    if name == "buyers by month":  # the mart has no running month, and none before the first order
        found = {key: row for key, row in found.items() if key in said}
    assert said
    assert found.keys() == said.keys()
    differing = {
        (key, metric): (ours, theirs)
        for key in said
        for metric, ours, theirs in zip(question.metrics.split(","), found[key], said[key], strict=True)
        if not same(ours, theirs)
    }
    assert differing == {}


def key_of(parts: list | tuple) -> tuple[str, ...]:
    return tuple("" if part is None else str(part).removesuffix(" 00:00:00") for part in parts)


def same(ours: float | None, theirs: object) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(ours, float(theirs), rel_tol=1e-12, abs_tol=1e-9)


def test_every_metric_is_asked_for(manifest: dict):
    asked = {metric for question in QUESTIONS.values() for metric in question.metrics.split(",")}
    assert {metric["name"] for metric in manifest["metrics"].values()} == asked


def test_metrics_stand_beside_their_marts(manifest: dict):
    nodes = manifest["nodes"]
    for model in manifest["semantic_models"].values():
        (mart,) = model["depends_on"]["nodes"]
        beside = Path(nodes[mart]["original_file_path"]).parent
        if model["name"] != "people":  # of the rung, in the room of what to do next
            assert Path(model["original_file_path"]).parent == beside
    assert {Path(m["original_file_path"]).name[-13:] for m in manifest["metrics"].values()} == {
        "__metrics.yml"
    }


def test_every_metric_measure_and_dimension_is_described(manifest: dict):
    parts = [
        part
        for model in manifest["semantic_models"].values()
        for part in (model, *model["measures"], *model["dimensions"])
    ]
    silent = [part["name"] for part in (*manifest["metrics"].values(), *parts) if not part["description"]]
    assert silent == []


def test_the_time_spine_has_every_day_once(work: Path):
    ((days, first, last, as_of),) = query(
        work / "warehouse.duckdb",
        "select count(*), min(date_day), max(date_day), max(as_of_date) "
        "from core.calendar_days cross join core.run_context",
    )
    assert days == (last - first).days + 1
    assert first.day == 1
    assert (last.year, last.month) == (as_of.year, as_of.month)


def test_dbt_and_mf_read_no_clock_and_ask_nobody(work: Path):
    """Without a network nothing is different: the only thing `mf` asks anybody is replaced."""
    cut = "import socket\ndef no(*a, **k): raise SystemExit('somebody was asked')\nsocket.getaddrinfo = no\n"
    listed = [["list", "metrics", "--search", "revenue"]]
    done = run_python(work, "-c", cut + ASK, given=json.dumps(listed))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_column_is_in_the_documentation(work: Path):
    """`dbt docs generate` on the built warehouse; the columns of `raw` are described where they get types."""
    done = run_dbt("docs generate", work=work, parsed=work / "work" / "target")
    assert done.returncode == 0, done.stdout
    described = json.loads((work / "target" / "manifest.json").read_text("utf-8"))
    catalog = json.loads((work / "target" / "catalog.json").read_text("utf-8"))
    found = catalog["nodes"]
    assert len(found) > 200
    silent = [
        f"{name}.{column}"
        for name, node in found.items()
        for column in node["columns"]
        if not described["nodes"][name]["columns"].get(column.lower(), {}).get("description")
    ]
    assert silent == []


# Who reads the marts


def exposures(manifest: dict) -> dict[str, dict]:
    return {exposure["name"]: exposure for exposure in manifest["exposures"].values()}


def tables_of(manifest: dict, *schemas: str) -> set[str]:
    return {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] in schemas
        and node["config"]["materialized"] == "table"
        and not node["config"]["meta"].get("step")
    }


def tables_named(manifest: dict, *places: str) -> set[str]:
    """Tables of the warehouse that the sources of a consumer name."""
    tables = {
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    files = [
        file
        for place in places
        for file in [PROJECT / "scripts" / place, *(PROJECT / "scripts" / place).rglob("*.*")]
        if file.suffix in (".py", ".yml", ".html")
    ]
    text = "\n".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r"\b(?:core|marts|quality)\.\w+", text)) & tables
    return {name.split(".")[1] for name in named}


def reads(exposure: dict) -> set[str]:
    return {node.split(".")[2] for node in exposure["depends_on"]["nodes"]}


def test_every_consumer_has_an_exposure(manifest: dict):
    from scripts.export import main

    targets = {"postgres": "postgresql", "excel": "workbook", "tableau": "tableau", "duckdb": "duckdb_file"}
    assert set(main.commands) == set(targets)
    assert set(exposures(manifest)) == {*targets.values(), "report", "superset", "exports", "quality_files"}
    for exposure in exposures(manifest).values():
        assert exposure["owner"]["name"]
        assert exposure["description"]


def test_the_exposures_are_what_the_consumers_read(manifest: dict):
    from scripts.publish import QUALITY_TABLES

    everything = tables_of(manifest, "marts", "quality")
    sheets = tables_named(
        manifest,
        "exporters/excel.py",
        "exporters/owner_sheets.py",
        "exporters/action_sheets.py",
        "figures.py",
    )
    read = {
        "report": tables_named(manifest, "report", "figures.py"),
        "workbook": tables_of(manifest, "marts") | {"data_dictionary"} | sheets,
        "exports": tables_of(manifest, "marts"),
        "quality_files": set(QUALITY_TABLES),
        "postgresql": everything,
        "tableau": everything,
        "duckdb_file": everything,
    }
    assert {name: reads(exposures(manifest)[name]) ^ tables for name, tables in read.items()} == {
        name: set() for name in read
    }


def test_the_dashboards_read_what_their_exposure_says(manifest: dict):
    if not (PROJECT / "scripts" / "superset").is_dir():
        pytest.skip("there are no dashboards in this checkout")
    assert reads(exposures(manifest)["superset"]) == tables_named(manifest, "superset")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("--metrics revenue,margin", ["--metrics", "revenue,margin"]),
        ("--where \"{{ Dimension('a__b') }} = 'c'\"", ["--where", "{{ Dimension('a__b') }} = 'c'"]),
    ],
)
def test_a_query_in_one_text_is_read_as_a_shell_reads_it(query: str, words: list[str]):
    assert metrics._words(query) == words


def test_a_query_with_an_open_quote_is_a_sentence():
    with pytest.raises(UsageError, match=r"^QUERY cannot be read: no closing quotation\.$"):
        metrics._words('--where "a')


def test_the_extra_of_metrics_is_not_installed_by_run():
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    assert "metricflow" not in lock
    project = (PROJECT / "pyproject.toml").read_text("utf-8")
    assert '"dbt-metricflow==' in project


def test_the_semantic_files_have_no_misspelt_key():
    parts = {"defaults", "entities", "primary_entity", "dimensions", "measures"}
    keys = {
        "semantic_models": {"name", "description", "model"} | parts,
        "metrics": {"name", "label", "description", "type", "type_params", "filter"},
        "exposures": {"name", "label", "type", "maturity", "owner", "description", "depends_on"},
    }
    unknown = [
        (path.name, thing["name"], key)
        for path in (PROJECT / "models").rglob("*.yml")
        for kind, things in yaml.safe_load(path.read_text("utf-8")).items()
        if kind in keys
        for thing in things
        for key in thing.keys() - keys[kind]
    ]
    assert unknown == []
