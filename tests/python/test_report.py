"""The report: what it says is what the marts say, for any shop, and names in it stay text."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from conftest import build_marts, query, write_orders

from scripts.report import write_report
from scripts.report.charts import CHARTS
from scripts.report.queries import QUERIES, SHOWN

VOID = {"meta", "link", "br"}
NASTY = '<script>alert("1")</script>'


class Page(HTMLParser):
    """What the tests ask of a page: its tags, and the values written in each part that has an id."""

    def __init__(self, path: Path):
        super().__init__()
        self.text = path.read_text("utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.values: dict[str, list[str]] = {}
        self.rows: Counter[str] = Counter()
        self.open: list[tuple[str, str | None]] = []
        self.unclosed: list[str] = []
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append((tag, attributes.get("id")))
        panel = next((i for t, i in reversed(self.open) if i and t in ("figure", "div")), "")
        if tag == "data":
            self.values.setdefault(panel, []).append(attributes["value"])
        if tag == "tr":
            self.rows[panel] += 1

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        opened = self.open.pop()[0] if self.open else "nothing"
        if opened != tag:
            self.unclosed.append(f"</{tag}> closes <{opened}>")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(published: Path) -> Page:
    return Page(published / "report" / "index.html")


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Path:
    return published / "warehouse.duckdb"


@pytest.fixture(scope="module")
def one_order(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Path:
    """The folder of the report of a shop with one order, of somebody with a nasty name."""
    work = tmp_path_factory.mktemp("one_order")
    quoted = NASTY.replace('"', '""')
    data = write_orders(
        work / "data",
        f'o1,"{quoted}",2025-01-10,paid,10.00,"{quoted}"',
        header="order_id,customer_id,ordered_at,status,amount,channel",
    )
    with duckdb.connect(str(build_marts(data, work, parsed))) as connection:
        write_report(connection, work, NASTY)
    return work


def close_to(said: list[str], expected: list) -> bool:
    return len(said) == len(expected) and all(
        float(a) == pytest.approx(float(b), abs=1e-9) for a, b in zip(said, expected, strict=True)
    )


def known(rows: list[tuple]) -> list:
    return [value for row in rows for value in row if value is not None]


def test_every_table_of_the_report_is_there_for_the_demo(warehouse: Path):
    there = {
        name for (name,) in query(warehouse, "select schema_name || '.' || table_name from duckdb_tables()")
    }
    read = {name for text in QUERIES.values() for name in re.findall(r"\b(?:core|marts|quality)\.\w+", text)}
    assert read - there == set()


def test_every_chart_is_drawn_in_both_languages(page: Page):
    drawn = Counter(
        attributes["lang"] for attributes in page.all("div") if "chart" in (attributes.get("class") or "")
    )
    assert drawn == {"en": len(CHARTS), "ru": len(CHARTS)}
    assert len(page.all("svg")) == 2 * len(CHARTS)


def test_the_page_is_well_formed(page: Page):
    assert page.unclosed == []
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    referred = {
        name
        for _, attributes in page.tags
        for key in ("aria-labelledby", "aria-describedby")
        for name in (attributes.get(key) or "").split()
    }
    links = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert (referred | links) - set(ids) == set()


def test_headings_are_in_order_and_every_chart_has_a_text(page: Page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    images = [a for a in page.all("div") if a.get("role") == "img"]
    assert len(images) == len(CHARTS)
    assert all(a.get("aria-labelledby") and a.get("aria-describedby") for a in images)
    assert all(a.get("scope") in ("row", "col") for a in page.all("th"))


def test_every_panel_names_its_marts(page: Page, published: Path):
    files = {a["href"].removeprefix("../") for a in page.all("a") if a["href"].startswith("../")}
    assert len(files) > 25
    assert [name for name in files if not (published / name).exists()] == []


def test_the_page_is_self_contained_and_small(published: Path, page: Page):
    assert (published / "report" / "index.html").stat().st_size < 5_000_000
    assert [path.name for path in (published / "report").iterdir()] == ["index.html"]
    sources = [a.get(key) or "" for _, a in page.tags for key in ("src", "href", "srcset")]
    assert [source for source in sources if "//" in source] == []
    assert "@import" not in page.text
    assert re.findall(r"url\((?!#)", page.text) == []


@pytest.mark.parametrize(
    ("panel", "sql"),
    [
        (
            "rungs",
            "select customers, share_of_customers from marts.ladder_distribution where ladder = 'canonical' "
            "and month = (select max(month) from marts.ladder_distribution) order by rung_no desc",
        ),
        (
            "skirt",
            "select reached, conversion_from_below, median_step_days, steps_observed from marts.sales_skirt "
            "where population = 'all' order by rung_no",
        ),
        (
            "ltv",
            "select avg_check, purchases_per_month, margin_rate, lifetime_months, ltv_formula, "
            "coalesce(mean_historic_margin, cost_coverage), lifetime_months_projected, ltv_projected "
            "from marts.ltv_summary",
        ),
        (
            "economics",
            "select customers, revenue, margin_1, cost_to_serve, programme_cost, acquisition_cost, profit, "
            "share_of_profit, roi from marts.rung_economics where ladder = 'canonical' order by rung_no desc",
        ),
        (
            "concentration",
            "select customers, top_20pct_share, customers_for_80pct_share, gini from marts.concentration "
            "order by measure desc, population",
        ),
        (
            "accuracy",
            "select months_ahead, origins, mean_absolute_error, mean_absolute_error_if_unchanged, skill "
            "from marts.ladder_forecast_accuracy where ladder = 'canonical' order by months_ahead",
        ),
        ("bridge", "select orders, amount from quality.revenue_bridge order by step_no"),
        (
            "accounting",
            "select rows_in, rows_loaded, rows_quarantined, rows_duplicate from quality.row_accounting "
            "order by rows_quarantined desc, entity, file",
        ),
        ("matrix", "select count(*) from marts.loyalty_matrix group by behavioural, emotional"),
    ],
)
def test_the_figures_are_those_of_the_marts(page: Page, warehouse: Path, panel: str, sql: str):
    said = page.values["lorenz" if panel == "concentration" else panel]
    expected = known(query(warehouse, sql))
    if panel == "matrix":
        assert sorted(float(v) for v in said if float(v)) == sorted(expected)
    else:
        assert close_to(said, expected)


def test_crr_is_that_of_the_mart_and_its_censored_months_are_marked(page: Page, warehouse: Path):
    months = query(
        warehouse,
        "select s_start, n_new, reactivated, lost, e_end, crr_strict, crr_formula, left_censored "
        "from marts.customer_retention where period_grain = 'month' "
        "and window_days = (select activity_window_days from core.run_context) order by period desc limit 24",
    )
    said = page.values["retention"][1:]  # the first is the window in the definition
    assert close_to(said, known([row[:-1] for row in months]))
    marked = page.text[page.text.index('id="retention"') :].split("</figure>")[0].count('<tr class="open"')
    assert marked == sum(row[-1] for row in months) > 0


def test_cohorts_that_are_not_over_are_marked(page: Page, warehouse: Path):
    sql = """
        select age, is_complete, cohort from marts.cohort_retention where period_grain = 'month'
        and cohort in (select distinct cohort from marts.cohort_retention where period_grain = 'month'
        order by cohort desc limit 18)
    """
    cells = query(warehouse, sql)
    figure = page.text[page.text.index('id="cohorts"') :].split("</figure>")[0]
    assert figure.count('class="open"') == sum(1 for age, done, _ in cells if age and not done)
    assert len(page.values["cohorts"]) == len(cells) + len({cohort for *_, cohort in cells})


def test_the_lorenz_curve_goes_through_the_share_of_the_top_fifth(warehouse: Path):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        curve = dict(connection.execute(QUERIES["lorenz"]).fetchall())
        said = connection.execute(
            "select top_20pct_share from marts.concentration where population = 'all' and measure = 'revenue'"
        ).fetchone()
    assert curve[0.2] == pytest.approx(said[0], abs=1e-12)
    assert curve[1.0] == pytest.approx(1)
    assert list(curve.values()) == sorted(curve.values())


def test_lists_are_short_and_say_what_they_leave_out(page: Page, warehouse: Path):
    people = query(warehouse, "select count(*) from marts.customer_actions")[0][0]
    assert people > SHOWN
    assert page.rows["actions"] == SHOWN + 1
    assert page.values["actions"][-2:] == [str(SHOWN), str(people - SHOWN)]


def test_no_name_phone_or_mail_is_in_the_page(page: Page, warehouse: Path):
    personal = query(
        warehouse,
        "select distinct unnest([name, phone, email]) from staging.stg_customers where name is not null",
    )
    # A phone of noughts is nobody's, and may be part of a number.
    texts = {text for (text,) in personal if text and len(text) > 5 and len(set(text)) > 1}
    assert len(texts) > 100
    assert [text for text in texts if text in page.text] == []


def test_who_is_to_be_erased_or_known_by_the_bank_is_shown_by_a_pseudonym(warehouse: Path, tmp_path: Path):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (first,) = connection.execute(
            "select customer_id from marts.customer_actions order by priority, customer_id limit 1"
        ).fetchone()
        connection.execute(
            "create temp table erased as select ? as person_id, 'erased:1' as pseudonym", [first]
        )
        text = write_report(connection, tmp_path, "A shop").read_text("utf-8")
    assert f">{first}<" not in text
    assert ">erased:1<" in text


def test_a_shop_of_one_order_has_a_report(one_order: Path):
    page = Page(one_order / "index.html")
    assert page.unclosed == []
    assert page.values["ltv"][0] == "10.0"
    assert page.values["accounting"] == ["1", "1", "0", "0"]


def test_what_names_hold_is_text(one_order: Path):
    text = (one_order / "index.html").read_text("utf-8")
    assert "<script>alert" not in text
    assert (
        text.count("&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;") >= 3
    )  # the shop, the customer, the channel
    assert text.count("<script") == 1


def test_the_same_warehouse_gives_the_same_bytes(warehouse: Path, tmp_path: Path):
    pages = []
    for _ in range(2):
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            pages.append(write_report(connection, tmp_path, "A shop").read_bytes())
    assert pages[0] == pages[1]
