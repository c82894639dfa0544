"""The project as a dbt package: tests/package installs it, has tables of its own, and builds the marts."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import build_marts
from test_golden import AS_OF, GOLDEN, LOADED_ON

from scripts.intake import PROJECT

EXAMPLE = PROJECT / "tests" / "package"
#: What a row is called where it comes from: a file there, a relation here.
ORIGIN = {"source", "file", "file_line"}


@dataclass(frozen=True)
class Shop:
    """A copy of the example project, and where it is built."""

    folder: Path
    warehouse: Path

    def dbt(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                "--no-use-colors",
                "--log-level-file=none",
                command,
                "--profiles-dir=.",
                *arguments,
            ],
            cwd=self.folder,
            # Moments are the same wherever the machine stands.
            env=os.environ
            | {
                "SHOP_WAREHOUSE": str(self.warehouse),
                "SHOP_DATA": str(GOLDEN / "data"),
                "DO_NOT_TRACK": "1",
                "TZ": "America/New_York",
            },
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The example project, installed and built as README says."""
    folder = tmp_path_factory.mktemp("shop") / "tests" / "package"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("target", "logs", "package-lock.yml"))
    packages = (folder / "packages.yml").read_text("utf-8")
    assert "local: ../..\n" in packages
    (folder / "packages.yml").write_text(packages.replace("../..", str(PROJECT)), "utf-8")
    shop = Shop(folder, folder.parent / "warehouse.duckdb")
    installed = shop.dbt("deps")
    assert installed.returncode == 0, installed.stdout
    built = shop.dbt("build")
    assert built.returncode == 0, built.stdout
    return shop


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Path:
    """The warehouse of the same shop, landed from its files."""
    work = tmp_path_factory.mktemp("landed")
    return build_marts(GOLDEN / "data", work, parsed, as_of=AS_OF, loaded_on=LOADED_ON)


def rows_of_marts(warehouse: Path, schema: str) -> dict[str, Counter[tuple[object, ...]]]:
    """The rows of every mart, each as often as it is there, without where they come from."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            f"where schema_name = '{schema}' group by 1"
        ).fetchall()
        return {
            mart: Counter(
                connection.execute(
                    f"select {', '.join(c for c in names if c not in ORIGIN)} from {schema}.{mart}"
                ).fetchall()
            )
            for mart, names in columns
        }


def test_every_mart_is_that_of_the_files(shop: Shop, landed: Path):
    from_files = rows_of_marts(landed, "marts")
    from_tables = rows_of_marts(shop.warehouse, "analytics_loyalty")
    assert sorted(from_tables) == sorted(from_files)
    assert sum(from_files["orders"].values()) == 25
    differing = [mart for mart in from_files if from_files[mart] != from_tables[mart]]
    examples = {
        mart: (from_files[mart] - from_tables[mart], from_tables[mart] - from_files[mart])
        for mart in differing[:5]
    }
    assert not differing, f"{differing}: {examples}"


def test_the_marts_are_in_the_schemas_of_the_one_who_installs(shop: Shop):
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        rows = connection.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        told = connection.execute(
            "select distinct schema_name from analytics_quality.data_dictionary order by 1"
        ).fetchall()
    ours = ["analytics_core", "analytics_loyalty", "analytics_quality", "analytics_staging"]
    assert [name for (name,) in rows] == [*ours, "shop"]
    assert [name for (name,) in told] == ["analytics_loyalty", "analytics_quality"]


def test_no_row_of_a_table_is_lost(shop: Shop):
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select entity, file, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
            "from analytics_quality.row_accounting order by entity"
        ).fetchall()
        refused = connection.execute(
            "select row_key, rule_code, raw_text from analytics_quality.quarantine "
            "where entity = 'orders' order by row_key"
        ).fetchall()
    assert rows == [
        ("customers", "warehouse.analytics.People & Co", 11, 11, 0, 0),
        ("exchange_rates", "warehouse.shop.exchange_rates", 2, 2, 0, 0),
        ("order_lines", "warehouse.shop.order_lines", 27, 27, 0, 0),
        ("orders", "warehouse.analytics.shop_orders", 32, 29, 2, 1),
        ("products", "shop.Goods for Sale", 3, 3, 0, 0),
        ("refunds", "warehouse.shop.refunds", 4, 3, 1, 0),
    ]
    # What the shop's own types could not hold is missing, where a file would still have its text.
    assert [(key, rule) for key, rule, _ in refused] == [
        ("q1", "missing_amount"),
        ("q2", "missing_ordered_at"),
    ]
    assert refused[0][2] == (
        "order_id=q1, customer_id=anna, ordered_at=2024-07-01 09:00:00Z, status=paid, currency=RUB"
    )


def given(shop: Shop, returns: tuple[str, ...] = (), **sources: str | list[str]) -> list[str]:
    """Arguments of dbt by which other relations are given."""
    project = yaml.safe_load((shop.folder / "dbt_project.yml").read_text("utf-8"))
    variables = project["vars"]["loyalty_ladder"]
    changed = {"sources": variables["sources"] | sources, "returns": list(returns)}
    return ["--vars", json.dumps(variables | changed)]


def test_a_relation_without_a_column_that_must_be_there_is_refused_by_name(shop: Shop):
    customers = "{{ source('shop', 'customers') }}"
    done = shop.dbt("build", "--select", "stg_refunds", *given(shop, refunds=customers))
    assert done.returncode != 0
    assert (
        'The var `sources` says that refunds are in "warehouse"."shop"."customers", but that has no column '
        "`refund_id`; it has customer_id, created_at, name."
    ) in " ".join(done.stdout.split())


def test_a_relation_of_what_is_no_entity_is_refused(shop: Shop):
    done = shop.dbt("build", "--select", "stg_settings", *given(shop, order="shop.orders"))
    assert done.returncode != 0
    assert "The parameter `sources` is" in done.stdout
    assert "and `order` is none of them" in " ".join(done.stdout.split())


#: What people write, and the number that is read without the landing's library; it would read more.
PHONES = {
    "+7 (912) 345-67-89": "+79123456789",
    "8 912 345 67 89": "+79123456789",
    "79123456789": "+79123456789",
    "0049 30 1234567": "+49301234567",
    "+49\u00a030 1234567": "+49301234567",
    "345-67-89": None,
    "9123456789": None,
    "8 912 345 67 89 доб. 5": None,
    "нет": None,
}


def test_several_relations_numbers_below_zero_and_phones_are_read(shop: Shop):
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute("create table shop.callers (customer_id varchar, phone varchar)")
        connection.executemany(
            "insert into shop.callers values (?, ?)", [[str(n), text] for n, text in enumerate(PHONES)]
        )
        connection.execute(
            "create table shop.till as select 't' || n as order_id, date '2025-01-01' as ordered_at, "
            "'paid' as status, -10.0::double as amount from range(2) as numbers(n)"
        )
    sources = given(
        shop,
        returns=("negative_orders",),
        orders=["{{ ref('golden_shop', 'shop_orders') }}", "shop.till"],
        customers="shop.callers",
    )
    done = shop.dbt("run", "--select", "stg_files", "stg_orders", "stg_phones", *sources)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        files = connection.execute(
            "select file, rows_in, returns from analytics_staging.stg_files "
            "where entity = 'orders' order by file"
        ).fetchall()
        rows = connection.execute(
            "select order_id, amount, ordered_at, file_line, rule_code from analytics_staging.stg_orders "
            "where file = 'shop.till' order by file_line"
        ).fetchall()
        phones = connection.execute(
            "select phone, phone_number, is_valid from analytics_staging.stg_phones"
        ).fetchall()
    assert files == [
        ("shop.till", 2, "negative_orders"),
        ("warehouse.analytics.shop_orders", 32, "negative_orders"),
    ]
    midnight_in_moscow = dt.datetime(2024, 12, 31, 21)
    assert rows == [(f"t{n}", Decimal(-10), midnight_in_moscow, n + 1, None) for n in range(2)]
    assert {phone: number for phone, number, _ in phones} == PHONES
    assert all(is_valid == (number is not None) for _, number, is_valid in phones)


def test_whoever_names_schemas_in_another_way_is_followed(shop: Shop):
    own = shop.folder / "macros" / "generate_schema_name.sql"
    own.write_text(
        "{% macro generate_schema_name(name, node) %}own_{{ name or target.schema }}{% endmacro %}", "utf-8"
    )
    done = shop.dbt("parse")
    own.unlink()
    assert done.returncode == 0, done.stdout
    manifest = json.loads((shop.folder / "target" / "manifest.json").read_text("utf-8"))
    schemas = {
        (node["package_name"], node["schema"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    ours = {("loyalty_ladder", f"own_{name}") for name in ("core", "loyalty", "quality", "staging")}
    assert schemas == ours | {("golden_shop", "own_analytics")}
