"""Makes of `dashboards.yml` the files that Superset imports: a database, datasets, charts and dashboards.

Ids are made of names (UUID version 5), so that a bundle of tomorrow takes the place of today's. Columns,
their types and their descriptions are read from the warehouse, on DuckDB or PostgreSQL; columns with
personal data are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from scripts.errors import UsageError
from scripts.intake import PROJECT

DECLARATION = Path(__file__).with_name("dashboards.yml")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "loyalty-ladder/superset")
#: A connection to the DuckDB file reads it, and no other file.
READ_ONLY = {"read_only": True, "config": {"enable_external_access": "false"}}
TIMES = ("date", "timestamp")
ROW_LIMIT = 10_000

Files = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Column:
    """A column of a dataset; `sql` is None where the table has it by that name."""

    name: str
    type: str
    description: str
    sql: str | None = None
    label: str | None = None

    @property
    def is_time(self) -> bool:
        """Whether charts may have it on a time axis."""
        return self.type.lower().startswith(TIMES)


@cache
@cache
def declared() -> dict[str, Any]:
    """Read the declaration; the activity window in it is that of dbt_project.yml."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    days = str(variables["activity_window_days"])
    return yaml.safe_load(DECLARATION.read_text("utf-8").replace("ACTIVITY_WINDOW_DAYS", days))


def stable(*names: str) -> str:
    """Return the UUID of a named thing, always the same."""
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))


def address(warehouse: Path, dsn: str | None) -> URL:
    """Return where the marts are, as SQLAlchemy has it.

    Args:
        warehouse: the published DuckDB file.
        dsn: a PostgreSQL database instead, postgresql://user:password@host/name.

    Raises:
        UsageError: there is no such file, or the DSN is none.
    """
    if not dsn:
        if not warehouse.exists():
            raise UsageError(f"There is no {warehouse}; run `make run` first.")
        return URL.create("duckdb", database=str(warehouse.absolute()))
    try:
        url = make_url(dsn)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgres", "postgresql"):
        raise UsageError("DSN is not of the form postgresql://user:password@host/name.")
    return url.set(drivername="postgresql+psycopg2")


def connect_args(url: URL) -> dict[str, Any]:
    """Return the arguments with which a connection can only read."""
    if url.get_backend_name() == "duckdb":
        return READ_ONLY
    return {"options": "-c default_transaction_read_only=on"}


def engine(url: URL) -> Engine:
    """Return an engine that reads and keeps no connection."""
    return create_engine(url, connect_args=connect_args(url), poolclass=NullPool)


def columns_of(url: URL) -> dict[str, tuple[Column, ...]]:
    """Read the columns of each dataset, with the descriptions of dbt.

    Args:
        url: where the marts are.

    Raises:
        UsageError: they cannot be read there.
    """
    try:
        with engine(url).connect() as connection:
            found = connection.execute(
                text(
                    "select d.schema_name, d.table_name, d.column_name, c.data_type, d.description, "
                    "d.is_person from quality.data_dictionary as d "
                    "inner join information_schema.columns as c on c.table_schema = d.schema_name "
                    "and c.table_name = d.table_name and c.column_name = d.column_name "
                    "where not d.is_personal order by c.ordinal_position"
                )
            ).fetchall()
    except SQLAlchemyError as error:  # the message may have the password in it
        reason = " ".join(str(getattr(error, "orig", None) or "").split("\n")[0].split())
        first = "make run" if url.get_backend_name() == "duckdb" else "make postgres"
        raise UsageError(
            f"The marts cannot be read ({reason or type(error).__name__}); run `{first}` first."
        ) from None
    tables: dict[str, list[tuple]] = {}
    for schema, table, *column in found:
        tables.setdefault(f"{schema}.{table}", []).append(tuple(column))
    missing = {dataset["of"] for dataset in declared()["datasets"].values()} - set(tables)
    if missing:
        raise UsageError(f"The marts have no {', '.join(sorted(missing))}; build them anew with `make run`.")
    return {
        name: (*_columns(dataset, tables[dataset["of"]]),) for name, dataset in declared()["datasets"].items()
    }


def _columns(dataset: dict[str, Any], found: list[tuple]) -> list[Column]:
    made = []
    for name, kind, description, is_person in found:
        if name == "customer_id":
            made.append(Column("customer", kind, description, name, "Customer"))
        elif not is_person:
            made.append(Column(name, kind, description))
    names = {name: description for name, _, description, _ in found}
    for name, told in dataset.get("labels", {}).items():
        code, _, kind = told.partition(" ")
        sql = _labelled(code, kind or code, "rung_no" if code == "rung" and "rung_no" in names else None)
        made.append(Column(name, "VARCHAR", names[code], sql, _words(code)))
    for name, day in dataset.get("months", {}).items():
        made.append(Column(name, "VARCHAR", names[day], f"substr(cast({day} as varchar), 1, 7)", _words(day)))
    return made


def _words(name: str) -> str:
    """The name of a column as people say it."""
    short = name.removesuffix("_id").removesuffix("_en")
    return short.replace("20pct", "20_%").replace("80pct", "80_%").replace("_", " ").capitalize()


def _labelled(column: str, kind: str, number: str | None) -> str:
    with (PROJECT / "seeds" / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = [(row["code"], row["label_en"]) for row in csv.DictReader(file) if row["kind"] == kind]
    whens = " ".join(f"when {_literal(code)} then {_literal(label)}" for code, label in labels)
    name = f"case {column} {whens} else {column} end"
    return f"{number} || ' ' || {name}" if number else name


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def contents(url: URL, *, with_password: bool = False) -> Files:
    """Make the bundle: the name of each file and what is in it.

    Args:
        url: where the marts are.
        with_password: keep the password of the database, for a bundle that stays in memory.
    """
    columns = columns_of(url)
    files = {
        f"datasets/marts/{name}.yaml": _dataset(name, dataset, columns[name])
        for name, dataset in declared()["datasets"].items()
    }
    files["databases/marts.yaml"] = _database(url if with_password else url.set(password=None))
    for key, dashboard in declared()["dashboards"].items():
        files[f"dashboards/{key}.yaml"] = _dashboard(key, dashboard)
        for chart in dashboard["charts"]:
            named = "_".join(chart["title"].lower().split())
            files[f"charts/{key}/{named}.yaml"] = _chart(key, chart, columns[chart["of"]])
    return files


def zipped(files: Files, kind: str = "Dashboard") -> bytes:
    """Return the files as a bundle that Superset imports.

    Args:
        files: what `contents` has made.
        kind: what is imported: `Dashboard`, or `assets` to overwrite all.
    """
    made = io.BytesIO()
    metadata = {"version": "1.0.0", "type": kind, "timestamp": dt.datetime.now(dt.UTC).isoformat()}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in {"metadata.yaml": metadata, **files}.items():
            bundle.writestr(
                f"loyalty_ladder/{name}", yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            )
    return made.getvalue()


def _database(url: URL) -> dict[str, Any]:
    return {
        "database_name": declared()["database"],
        "sqlalchemy_uri": url.render_as_string(hide_password=False),
        "expose_in_sqllab": False,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"engine_params": {"connect_args": connect_args(url)}, "allows_virtual_table_explore": True},
        "uuid": stable("database"),
        "version": "1.0.0",
    }


def _dataset(name: str, dataset: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    schema, _, table = dataset["of"].partition(".")
    is_query = "sql" in dataset
    return {
        "table_name": name if is_query else table,
        "schema": schema,
        "sql": dataset.get("sql"),
        "description": f"{declared()['database']}, {dataset['of']}",
        "uuid": stable("dataset", name),
        "database_uuid": stable("database"),
        "columns": [
            {
                "column_name": column.name,
                "verbose_name": column.label or _words(column.name),
                "type": column.type.upper(),
                "is_dttm": column.is_time,
                "groupby": True,
                "filterable": True,
                "expression": column.sql,
                "description": column.description,
            }
            for column in columns
        ],
        "metrics": [
            {
                "metric_name": metric,
                "verbose_name": told["label"],
                "expression": told["sql"],
                "d3format": told["format"],
            }
            for metric, told in dataset.get("metrics", {}).items()
        ],
        "version": "1.0.0",
    }


def _chart(dashboard: str, chart: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    viz_type, form = FORMS[chart["kind"]](chart, {column.name for column in columns if column.is_time})
    form |= {"viz_type": viz_type, "row_limit": chart.get("limit", ROW_LIMIT), "adhoc_filters": []}
    if "where" in chart:
        form["adhoc_filters"] = [
            {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": chart["where"]}
        ]
    mart = declared()["datasets"][chart["of"]]["of"]
    return {
        "slice_name": chart["title"],
        "description": f"{chart['says']} Mart: {mart}.",
        "viz_type": viz_type,
        "params": form,
        "query_context": json.dumps(_query_context(chart, form)),
        "uuid": stable("chart", dashboard, chart["title"]),
        "dataset_uuid": stable("dataset", chart["of"]),
        "version": "1.0.0",
    }


def _query_context(chart: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    """What the REST API is asked for: the rows of the chart, as the page asks for them."""
    names = chart.get("columns") or [chart[key] for key in ("x", "y", "by") if key in chart]
    query = {
        "columns": names,
        "metrics": chart.get("metrics", []),
        "orderby": [[chart["order"], True]] if "order" in chart else [],
        "row_limit": form["row_limit"],
        "filters": [],
        "extras": {"where": chart.get("where", ""), "having": ""},
    }
    if chart["kind"] == "table":
        query["metrics"] = None
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }


# What Superset's plug-ins are told


def _format(chart: dict[str, Any]) -> str:
    metrics = declared()["datasets"][chart["of"]]["metrics"]
    return metrics[chart["metrics"][0]]["format"]


def _number(chart: dict[str, Any], times: set[str]) -> tuple[str, dict[str, Any]]:
    return "big_number_total", {
        "metric": chart["metrics"][0],
        "y_axis_format": _format(chart),
        "header_font_size": 0.4,
    }


def _series(viz_type: str, **more: Any) -> Any:  # noqa: ANN401
    def form(chart: dict[str, Any], times: set[str]) -> tuple[str, dict[str, Any]]:
        is_time = chart["x"] in times
        return viz_type, {
            "x_axis": chart["x"],
            "time_grain_sqla": "P1M" if is_time else None,
            "x_axis_time_format": "%b %Y",
            "xAxisLabelInterval": "auto" if is_time else "0",
            "xAxisForceCategorical": not is_time and viz_type == "echarts_timeseries_bar",
            "x_axis_sort": chart["x"],
            "x_axis_sort_asc": True,
            "metrics": chart["metrics"],
            "groupby": [chart["by"]] if "by" in chart else [],
            "sort_series_type": "name",
            "sort_series_ascending": True,
            "y_axis_format": _format(chart),
            "truncate_metric": True,
            "show_legend": "by" in chart or len(chart["metrics"]) > 1,
            "legendType": "scroll",
            "legendOrientation": "top",
            "rich_tooltip": True,
            "orientation": "horizontal" if chart.get("sideways") else "vertical",
            **more,
        }

    return form


def _parts(viz_type: str, **more: Any) -> Any:  # noqa: ANN401
    def form(chart: dict[str, Any], times: set[str]) -> tuple[str, dict[str, Any]]:
        return viz_type, {
            "groupby": [chart["x"]],
            "metric": chart["metrics"][0],
            "sort_by_metric": True,
            "number_format": _format(chart),
            **more,
        }

    return form


def _heatmap(chart: dict[str, Any], times: set[str]) -> tuple[str, dict[str, Any]]:
    return "heatmap_v2", {
        "x_axis": chart["x"],
        "groupby": chart["y"],
        "metric": chart["metrics"][0],
        "time_grain_sqla": "P1M",
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "schemeBlues",
        "legend_type": "continuous",
        "show_legend": True,
        "show_values": True,
        "show_percentage": False,
        "y_axis_format": _format(chart),
        "xscale_interval": 1,
        "yscale_interval": 1,
        "left_margin": 75,
        "bottom_margin": "auto",
    }


def _table(chart: dict[str, Any], times: set[str]) -> tuple[str, dict[str, Any]]:
    formats = {
        name: {"d3NumberFormat": ".1%"} for name in chart["columns"] if name.endswith(("_share", "_rate"))
    }
    formats |= {
        name: {"d3NumberFormat": ",.0f"}
        for name in chart["columns"]
        if name in ("total", "cost", "amount") or name.endswith(("_margin", "_revenue"))
    }
    formats |= {name: {"d3NumberFormat": ".2f"} for name in chart["columns"] if name == "gini"}
    return "table", {
        "query_mode": "raw",
        "all_columns": chart["columns"],
        "order_by_cols": [json.dumps([chart["order"], True])] if "order" in chart else [],
        "table_timestamp_format": "%Y-%m-%d",
        "column_config": formats,
        "server_page_length": 25,
        "show_cell_bars": False,
    }


FORMS = {
    "number": _number,
    "bar": _series("echarts_timeseries_bar", stack="Stack"),
    "line": _series("echarts_timeseries_line"),
    "area": _series("echarts_area", stack="Stack", opacity=0.7),
    "pie": _parts("pie", label_type="key_value", show_labels=True, donut=True, show_legend=False),
    "funnel": _parts("funnel", percent_calculation_type="first_step", tooltip_label_type=5),
    "treemap": _parts("treemap_v2", show_labels=True, show_upper_labels=True, label_type="key_value"),
    "heatmap": _heatmap,
    "table": _table,
}

# The page


def _dashboard(key: str, dashboard: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(dashboard["charts"])
    place: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": dashboard["title"]}},
        "GRID_ID": {
            "id": "GRID_ID",
            "type": "GRID",
            "children": [f"ROW-{number}" for number in range(len(rows))],
            "parents": ["ROOT_ID"],
        },
    }
    chart_id = 0
    for number, row in enumerate(rows):
        parents = ["ROOT_ID", "GRID_ID", f"ROW-{number}"]
        tallest = max(chart.get("height", 16 if chart["kind"] == "number" else 50) for chart in row)
        children = []
        for chart in row:
            chart_id += 1
            children.append(f"CHART-{chart_id}")
            place[f"CHART-{chart_id}"] = {
                "id": f"CHART-{chart_id}",
                "type": "CHART",
                "children": [],
                "parents": parents,
                "meta": {
                    "chartId": chart_id,
                    "uuid": stable("chart", key, chart["title"]),
                    "sliceName": chart["title"],
                    "width": chart["width"],
                    "height": tallest,
                },
            }
        place[f"ROW-{number}"] = {
            "id": f"ROW-{number}",
            "type": "ROW",
            "children": children,
            "parents": parents[:-1],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    return {
        "dashboard_title": dashboard["title"],
        "description": dashboard["says"],
        "slug": key,
        "uuid": stable("dashboard", key),
        "position": place,
        "metadata": {
            "native_filter_configuration": [
                _filter(key, column, dataset) for column, dataset in dashboard.get("filters", {}).items()
            ],
            "cross_filters_enabled": False,
            "color_scheme": "supersetColors",
            "refresh_frequency": 0,
        },
        "published": True,
        "version": "1.0.0",
    }


def _rows(charts: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Fill rows of twelve columns, in the order of the charts."""
    rows: list[list[dict[str, Any]]] = []
    free = 0
    for chart in charts:
        if chart["width"] > free:
            rows.append([])
            free = 12
        rows[-1].append(chart)
        free -= chart["width"]
    return rows


def _filter(dashboard: str, column: str, dataset: str) -> dict[str, Any]:
    return {
        "id": f"NATIVE_FILTER-{stable('filter', dashboard, column)}",
        "name": column.removesuffix("_id").capitalize(),
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "targets": [{"column": {"name": column}, "datasetUuid": stable("dataset", dataset)}],
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": False},
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
    }
