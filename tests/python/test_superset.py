"""The dashboards of Superset: what they ask for is there, on DuckDB and PostgreSQL, and Superset draws it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

import duckdb
import pytest
from test_exporters import Server, export, server  # noqa: F401  (the fixture is used by its name)

from scripts.catalogue import opened, read_catalogue
from scripts.errors import UsageError
from scripts.intake import PROJECT
from scripts.superset.__main__ import environment
from scripts.superset.bundle import Column, address, columns_of, contents, declared, stable, zipped

DASHBOARDS = declared()["dashboards"]
CHARTS = [(key, chart) for key, dashboard in DASHBOARDS.items() for chart in dashboard["charts"]]
SUPERSET = PROJECT / ".venv-superset" / "bin" / "python"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PASSWORD = "of the test"
#: Charts that may have no rows: the small demo shop need not have every trouble.
MAY_BE_EMPTY = {"What else was found", "Deals to follow up", "Silence after the first order"}


def sql_of(chart: dict, columns: tuple[Column, ...]) -> str:
    """The query of a chart, as Superset writes it."""
    dataset = declared()["datasets"][chart["of"]]
    known = {column.name: column.sql or column.name for column in columns}
    names = chart.get("columns") or [chart[key] for key in ("x", "y", "by") if key in chart]
    metrics = [dataset["metrics"][metric]["sql"] for metric in chart.get("metrics", [])]
    query = f"select {', '.join([*(known[name] for name in names), *metrics])} from "
    query += f"({dataset['sql']}) as asked" if "sql" in dataset else dataset["of"]
    query += f" where ({chart['where']})" if "where" in chart else ""
    query += f" group by {', '.join(known[name] for name in names)}" if metrics and names else ""
    return query + (f" order by {chart['order']}" if "order" in chart else "")


@pytest.fixture(scope="module")
def columns(published: Path) -> dict[str, tuple[Column, ...]]:
    return columns_of(address(published / "warehouse.duckdb", None))


@pytest.fixture(scope="module")
def files(published: Path) -> dict[str, dict]:
    return contents(address(published / "warehouse.duckdb", None))


@pytest.mark.parametrize(("key", "chart"), CHARTS, ids=lambda value: getattr(value, "get", str)("title"))
def test_every_chart_has_rows_on_duckdb(published: Path, columns, key: str, chart: dict):
    with opened(published / "warehouse.duckdb") as connection:
        rows = connection.execute(sql_of(chart, columns[chart["of"]])).fetchall()
    assert rows or chart["title"] in MAY_BE_EMPTY
    if chart["kind"] == "number":
        assert rows[0][0] is not None


def test_every_chart_says_the_same_on_postgresql(published: Path, columns, server: Server):  # noqa: F811
    done = export("postgres", "--warehouse", published / "warehouse.duckdb", dsn=server.dsn)
    assert done.returncode == 0, done.stderr
    with opened(published / "warehouse.duckdb") as connection:
        for _, chart in CHARTS:
            sql = sql_of(chart, columns[chart["of"]])
            counted = f"select count(*) from ({sql}) as counted"
            assert server.ask(counted) == [[str(*connection.execute(counted).fetchone())]], chart["title"]
            if chart["kind"] == "number":
                ((here,),), ((there,),) = connection.execute(sql).fetchall(), server.ask(sql)
                assert float(there) == pytest.approx(float(here)), chart["title"]


def test_every_id_is_there_once_and_lasts(files):
    ids = [content["uuid"] for content in files.values()]
    assert len(set(ids)) == len(ids)
    assert stable("dashboard", "owner") == "67773abe-49aa-595b-a5c4-92046e056d86"


def test_every_dashboard_has_its_charts(files):
    charts = {content["uuid"] for name, content in files.items() if name.startswith("charts/")}
    placed = [
        place["meta"]["uuid"]
        for name, content in files.items()
        if name.startswith("dashboards/")
        for place in content["position"].values()
        if isinstance(place, dict) and place["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(charts)
    assert set(DASHBOARDS) == {"owner", "marketing", "sales", "quality"}
    for dashboard in DASHBOARDS.values():
        assert 5 <= len(dashboard["charts"]) <= 8


def test_every_chart_says_what_it_shows_and_of_which_mart(files):
    charts = [content for name, content in files.items() if name.startswith("charts/")]
    assert all(re.search(r"\. Mart: (marts|quality)\.\w+\.$", chart["description"]) for chart in charts)


def test_every_column_and_dataset_is_described(files):
    for name, content in files.items():
        if name.startswith("datasets/"):
            assert content["columns"]
            assert all(column["description"] for column in content["columns"]), name


def test_personal_data_are_in_no_dataset(published: Path, files):
    with opened(published / "warehouse.duckdb") as connection:
        personal = {
            (f"{table.schema}.{table.name}", column.name)
            for table in read_catalogue(connection)
            for column in table.columns
            if column.is_personal or (column.is_person and column.name != "customer_id")
        }
    assert ("quality.quarantine", "raw_text") in personal
    for name, content in files.items():
        if name.startswith("datasets/"):
            of = declared()["datasets"][Path(name).stem]["of"]
            assert of != "marts.address_book"
            plain = {column["column_name"] for column in content["columns"] if not column["expression"]}
            assert not {column for mart, column in personal if mart == of} & plain
            assert "customer_id" not in plain


def test_codes_are_shown_as_the_seed_names_them_rungs_in_their_order(columns):
    (name,) = [column for column in columns["ladder"] if column.name == "rung_name"]
    rungs = "(values (5, 'regular'), (9, 'new one')) as rungs (rung_no, rung)"
    assert duckdb.sql(f"select {name.sql} from {rungs}").fetchall() == [("5 Regular",), ("9 new one",)]


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        (None, "There is no nowhere/warehouse.duckdb; run `make run` first."),
        ("host=/tmp", "DSN is not of the form postgresql://user:password@host/name."),
        ("mysql://host/name", "DSN is not of the form postgresql://user:password@host/name."),
    ],
)
def test_what_cannot_be_is_one_sentence(dsn: str | None, sentence: str):
    with pytest.raises(UsageError, match=re.escape(sentence)):
        address(Path("nowhere/warehouse.duckdb"), dsn)


@pytest.mark.parametrize("command", ["serve", "bundle"])
def test_the_command_explains_itself_and_stops_without_a_warehouse(command: str, tmp_path: Path):
    start = [sys.executable, "-m", "scripts.superset", command]
    told = subprocess.run([*start, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "--warehouse" in told
    done = subprocess.run(
        [*start, "--warehouse", str(tmp_path / "none.duckdb")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DSN": ""},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Stopped: There is no ")
    assert done.stderr.count("\n") == 1


# Superset itself


class Superset:
    """A Superset that `scripts.superset serve` has started, and a session in it."""

    def __init__(self, process: subprocess.Popen[str], home: Path, address: str):
        self.process, self.home, self.address = process, home, address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        login = {"username": "admin", "password": PASSWORD, "provider": "db", "refresh": False}
        self.headers: dict[str, str] = {}
        token = self.ask("/api/v1/security/login", login)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        self.headers["X-CSRFToken"] = self.ask("/api/v1/security/csrf_token/")["result"]

    def ask(self, path: str, posted: dict | None = None) -> dict:
        body = None if posted is None else json.dumps(posted).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, body, self.headers | kind)
        with self.opener.open(request, timeout=120) as answer:
            return json.load(answer)

    def charts(self) -> dict[str, int]:
        found = self.ask("/api/v1/chart/?q=(page_size:100)")["result"]
        return {chart["slice_name"]: chart["id"] for chart in found}


def start(warehouse: Path, home: Path, dsn: str = "") -> Superset:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [
            *(str(SUPERSET), "-u", "-m", "scripts.superset", "serve"),
            *("--warehouse", str(warehouse), "--home", str(home), "--port", str(port)),
        ],
        cwd=PROJECT,
        env=os.environ | {"DSN": dsn, "PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            return Superset(process, home, f"http://127.0.0.1:{port}")
    logs = [path.read_text("utf-8", "replace")[-4000:] for path in home.glob("*.log")]
    raise AssertionError("".join(said + logs))


def stop(superset: Superset) -> None:
    superset.process.send_signal(signal.SIGINT)
    assert superset.process.wait(60) == 0


@pytest.fixture(scope="module")
def shop(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of one's own, which may be replaced."""
    path = tmp_path_factory.mktemp("shop") / "warehouse.duckdb"
    shutil.copy(published / "warehouse.duckdb", path)
    return path


@pytest.fixture(scope="module")
def superset(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """A Superset with the bundle; skipped where it is not installed."""
    if not (PROJECT / ".venv-superset" / ".done").exists():
        pytest.skip("Superset is not installed (make .venv-superset/.done, 900 MB)")
    running = start(shop, tmp_path_factory.mktemp("superset") / "home")
    yield running
    stop(running)


def rows_of(superset: Superset, chart_id: int) -> list[dict]:
    (result,) = superset.ask(f"/api/v1/chart/{chart_id}/data/?force=true")["result"]
    assert result["error"] is None
    return result["data"]


def test_superset_answers_for_every_chart(superset: Superset):
    charts = superset.charts()
    assert set(charts) == {chart["title"] for _, chart in CHARTS}
    empty = {title for title, chart_id in charts.items() if not rows_of(superset, chart_id)}
    assert empty <= MAY_BE_EMPTY


def test_its_home_is_for_its_owner_and_superset_for_this_machine(superset: Superset):
    for name in ("secret_key", "password"):
        assert (superset.home / name).stat().st_mode & 0o077 == 0
    port = int(superset.address.rpartition(":")[2])
    with socket.socket() as found, pytest.raises(OSError):
        found.settimeout(2)
        found.connect(("127.0.0.2", port))


def test_a_new_warehouse_is_seen_at_once_and_the_old_one_is_not_locked(superset: Superset, shop: Path):
    chart = superset.charts()["Active customers"]
    ((before,),) = [row.values() for row in rows_of(superset, chart)]
    aside = shop.with_name("next.duckdb")
    shutil.copy(shop, aside)
    with duckdb.connect(str(aside)) as connection:
        connection.execute("update marts.customer_facts set is_active = false where is_active")
    kept = shop.with_name("kept.duckdb")
    shutil.copy(shop, kept)
    aside.replace(shop)
    ((after,),) = [row.values() for row in rows_of(superset, chart)]
    with duckdb.connect(str(shop)) as connection:  # for writing: nobody holds it
        connection.execute("select 1")
    kept.replace(shop)
    ((again,),) = [row.values() for row in rows_of(superset, chart)]
    assert (after, again) == (0, before)
    assert before > 0


def test_the_warehouse_can_only_be_read(superset: Superset):
    (database,) = superset.ask("/api/v1/database/")["result"]
    kept = superset.ask(f"/api/v1/database/{database['id']}/connection")["result"]
    assert not kept["allow_dml"]
    assert json.loads(kept["extra"])["engine_params"]["connect_args"]["read_only"] is True


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to open the dashboards with")
def test_the_dashboards_are_drawn_in_a_browser_and_ask_nobody_else(superset: Superset, tmp_path: Path):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    screenshots = Path(os.environ.get("SUPERSET_SCREENSHOTS", tmp_path))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 2600})
        page.set_default_timeout(120_000)
        answers, broken, strangers = [], [], []
        page.on(
            "response", lambda answer: answers.append(answer) if "/api/v1/chart/data" in answer.url else None
        )
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on(
            "requestfinished",
            lambda request: (
                strangers.append(request.url)
                if not request.url.startswith((superset.address, "data:", "blob:"))
                else None
            ),
        )
        page.goto(f"{superset.address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        for key, dashboard in DASHBOARDS.items():
            answers.clear()
            page.goto(f"{superset.address}/superset/dashboard/{key}/")
            wanted = len(dashboard["charts"])
            end = time.monotonic() + 180
            while len(drawn := page.evaluate(DRAWN)) < wanted and time.monotonic() < end:
                page.wait_for_timeout(500)
            page.wait_for_timeout(2000)
            page.screenshot(path=screenshots / f"{key}.png")
            assert len(drawn) == wanted, (key, drawn)
            assert all(answer.status == 200 for answer in answers), key
            assert page.locator(".dashboard-chart .ant-alert-error").count() == 0, key
            for chart in dashboard["charts"]:
                assert chart["title"] in page.inner_text("body")
        browser.close()
    assert broken == []
    assert strangers == []


#: Charts in which something is drawn: a canvas with colours, or a text of their own.
DRAWN = """() => [...document.querySelectorAll(".dashboard-chart")].filter((chart) => {
    if (chart.querySelector(".loading, [data-test='loading-indicator']")) return false;
    const canvas = chart.querySelector("canvas");
    if (canvas) {
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.some((value) => value > 0 && value < 255);
    }
    return chart.querySelector("table tbody tr, .header-line, .ant-empty");
}).map((chart) => chart.innerText.slice(0, 40))"""


def test_a_second_start_brings_the_bundle_anew_and_keeps_the_rest(
    superset: Superset, shop: Path, tmp_path: Path
):
    home = tmp_path / "home"
    shutil.copytree(superset.home, home)
    with closing(sqlite3.connect(home / "superset.db")) as connection, connection:
        connection.execute("update slices set slice_name = 'Old', description = 'x' where slice_name = 'LTV'")
        connection.execute(
            "insert into dashboards (dashboard_title, created_on, changed_on, published) "
            "values ('My own', datetime(), datetime(), true)"
        )
        connection.execute("update dbs set sqlalchemy_uri = 'duckdb:////nowhere.duckdb'")
    running = start(shop, home)
    try:
        assert running.charts() == superset.charts()
        assert rows_of(running, running.charts()["LTV"]) == rows_of(superset, superset.charts()["LTV"])
        found = running.ask("/api/v1/dashboard/")["result"]
        titles = {dashboard["dashboard_title"] for dashboard in found}
        assert titles == {"My own", *(dashboard["title"] for dashboard in DASHBOARDS.values())}
    finally:
        stop(running)


def test_on_postgresql_it_shows_the_same(
    superset: Superset,
    published: Path,
    server: Server,  # noqa: F811
    tmp_path: Path,
):
    done = export("postgres", "--warehouse", published / "warehouse.duckdb", dsn=server.dsn)
    assert done.returncode == 0, done.stderr
    home = tmp_path / "home"
    shutil.copytree(superset.home, home)
    dsn = f"postgresql://owner:secret@/postgres?host={server.folder}"
    running = start(published / "none.duckdb", home, dsn)
    try:
        for title, chart_id in running.charts().items():
            here, there = rows_of(superset, chart_id), rows_of(running, chart_id)
            assert sorted(map(rounded, there)) == sorted(map(rounded, here)), title
    finally:
        stop(running)
    assert "secret@" not in "".join(path.read_text("utf-8", "replace") for path in home.glob("*.log"))


def rounded(row: dict) -> str:
    """A row as text, in which doubles are as alike as two databases may be."""
    return str({name: float(f"{v:.9g}") if isinstance(v, int | float) else v for name, v in row.items()})


def test_superset_s_own_command_imports_the_bundle(superset: Superset, shop: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(superset.home, home)
    with closing(sqlite3.connect(home / "superset.db")) as connection, connection:
        for table in IMPORTED:
            connection.execute(f"delete from {table}")
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(zipped(contents(address(shop, None))))
    done = subprocess.run(
        [str(SUPERSET.with_name("superset")), "import-dashboards", "-p", str(bundle), "-u", "admin"],
        cwd=tmp_path,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(home / "superset.db")) as connection:
        counts = [connection.execute(f"select count(*) from {table}").fetchone()[0] for table in IMPORTED[:5]]
    assert counts == [len(DASHBOARDS), len(CHARTS), len(CHARTS), len(declared()["datasets"]), 1]


#: Where Superset keeps what a bundle brings.
IMPORTED = (
    *("dashboards", "dashboard_slices", "slices", "tables", "dbs"),
    *("dashboard_user", "slice_user", "sqlatable_user", "table_columns", "sql_metrics"),
)
