"""What is written about the project agrees with what the project is."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from conftest import query

from scripts import expect
from scripts.intake import PROJECT, entities

COMMANDS = sorted(
    path.stem
    for path in (PROJECT / "scripts").glob("*.py")
    if re.search("@click.(command|group)", path.read_text("utf-8"))
)
SQL = sorted([*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "macros").rglob("*.sql")])
PORTABLE_SQL = [path for path in SQL if "dialect" not in path.parts]
MODEL_KEYS = {"name", "description", "config", "data_tests", "columns", "time_spine"}
COLUMN_KEYS = {"name", "description", "data_type", "config", "data_tests", "granularity"}
FILE_KEYS = {"models", "sources", "seeds", "unit_tests", "data_tests", "exposures", "version"} | {
    "semantic_models",
    "metrics",
}
UNIT_TEST_KEYS = {"name", "description", "model", "given", "expect", "overrides", "config"}
DIALECT_ONLY = (
    r"\b(strftime|strptime|list_reduce|list_aggregate|regexp_full_match|unnest|generate_series)\s*\("
    r"|\blambda\b|::\s*\w+|\bexclude\s*\(|\breplace\s*\(\s*\w+ as\b"
)


def sql_of(path: Path) -> str:
    """The SQL of a file without its comments and strings of documentation."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"--.*", "", text)


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def models(manifest: dict) -> dict[str, dict]:
    nodes = manifest["nodes"].values()
    return {n["name"]: n for n in nodes if n["resource_type"] == "model"}


def yaml_files() -> list[Path]:
    folders = ("models", "seeds", "tests")
    # tests/package is a project of its own.
    others = {"python", "golden", "package"}
    found = [p for f in folders for p in (PROJECT / f).rglob("*.yml") if others.isdisjoint(p.parts)]
    return sorted(found)


# Scripts


@pytest.mark.parametrize("command", COMMANDS)
def test_every_script_answers_to_help(command: str):
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.{command}", "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_script_is_named_in_the_readme(command: str):
    assert f"scripts.{command}" in (PROJECT / "README.md").read_text("utf-8")


# Models


def test_every_model_says_what_one_row_is(manifest: dict):
    silent = [n for n, m in models(manifest).items() if m["description"][:11] != "One row per"]
    assert silent == []


def test_every_column_of_every_model_is_described(manifest: dict):
    silent = [
        f"{name}.{column['name']}"
        for name, model in models(manifest).items()
        for column in model["columns"].values()
        if not column["description"].strip()
    ]
    assert silent == []


def published_models(manifest: dict) -> list[dict]:
    return [
        m
        for m in models(manifest).values()
        if m["fqn"][1] in ("marts", "quality") and m["config"]["materialized"] != "ephemeral"
    ]


def test_every_mart_and_quality_table_has_an_enforced_contract(manifest: dict):
    assert len(published_models(manifest)) >= 20
    # These two have columns for each ladder that somebody may declare.
    assert {m["name"] for m in published_models(manifest) if not m["contract"]["enforced"]} == {
        "ladder_states",
        "ladder_lives",
    }


def test_every_mart_and_quality_table_has_a_tested_key(manifest: dict):
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") in ("unique_key", "one_row")
    }
    assert [m["name"] for m in published_models(manifest) if m["unique_id"] not in keyed] == []


def test_the_entities_of_the_macro_are_those_of_the_staging_models():
    macro = (PROJECT / "macros" / "entities.sql").read_text("utf-8")
    declared = dict(re.findall(r"'(\w+)': '(\w+)'", macro))
    assert list(declared) == list(entities())
    for entity, key in declared.items():
        assert key in entities()[entity].columns


def test_no_test_is_lost(manifest: dict):
    kinds = Counter(node["resource_type"] for node in manifest["nodes"].values())
    assert kinds["test"] > 140
    assert len(manifest["unit_tests"]) > 125


def test_no_key_of_a_yaml_file_is_misspelt():
    unknown = []
    for path in yaml_files():
        content = yaml.safe_load(path.read_text("utf-8"))
        unknown += [(path.name, key) for key in content.keys() - FILE_KEYS]
        for unit_test in content.get("unit_tests", []):
            unknown += [(unit_test["name"], key) for key in unit_test.keys() - UNIT_TEST_KEYS]
        for model in content.get("models", []):
            unknown += [(model["name"], key) for key in model.keys() - MODEL_KEYS]
            for column in model.get("columns", []):
                where = f"{model['name']}.{column['name']}"
                unknown += [(where, key) for key in column.keys() - COLUMN_KEYS]
    assert unknown == []


def test_every_rule_of_the_source_texts_has_a_column_or_a_reason(manifest: dict):
    text = (PROJECT / "models" / "RULES.md").read_text("utf-8")
    rules = dict(re.findall(r"^\| (S\d-\d+) \| (.*) \|$", text, re.MULTILINE))
    texts = {"S0": 13, "S1": 11, "S2": 11, "S3": 18}
    assert [r for r in rules if not r.startswith("S4")] == [
        f"{source}-{number}" for source, count in texts.items() for number in range(1, count + 1)
    ]
    columns = {name: set(model["columns"]) for name, model in models(manifest).items()}
    named = {rule: re.findall(r"`(\w+)\.(\w+)`", answer) for rule, answer in rules.items()}
    assert [rule for rule in rules if not named[rule] and "not computable" not in rules[rule]] == []
    assert [
        f"{rule}: {model}.{column}"
        for rule, answers in named.items()
        for model, column in answers
        if column not in columns.get(model, ())
    ] == []


# What must not be there


def test_dbt_does_not_report_its_use():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False


def test_great_expectations_does_not_report_its_use():
    source = inspect.getsource(expect)
    switch = 'os.environ["GX_ANALYTICS_ENABLED"] = "false"'
    assert 0 < source.index(switch) < source.index("import great_expectations")
    environment = {k: v for k, v in os.environ.items() if k != "GX_ANALYTICS_ENABLED"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, scripts.run; sys.exit('great_expectations' in sys.modules)",
        ],
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, "great_expectations is imported before its switch is set"


@pytest.mark.parametrize("path", SQL, ids=name_of)
def test_no_sql_asks_the_clock(path: Path):
    clock = r"\b(current_date|current_timestamp|localtimestamp|getdate|today\(|now\()"
    assert re.findall(clock, sql_of(path), re.IGNORECASE) == []


@pytest.mark.parametrize("path", PORTABLE_SQL, ids=name_of)
def test_what_only_one_engine_understands_is_under_dialect(path: Path):
    assert re.findall(DIALECT_ONLY, sql_of(path), re.IGNORECASE) == []


def test_every_column_of_the_bookkeeping_of_the_landing_is_described(manifest: dict, published: Path):
    described = {
        source["name"]: list(source["columns"])
        for source in manifest["sources"].values()
        if source["columns"]
    }
    landed = query(
        published / "warehouse.duckdb",
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'raw' group by 1",
    )
    assert {name: columns for name, columns in landed if name in described} == described
    assert set(described) == {source["name"] for source in manifest["sources"].values()} - {*entities()}
