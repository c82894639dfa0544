"""The charts of the report, drawn to SVG by Vega-Lite when it is written; the page needs no script for them.

Colours are CSS variables of the page, so one drawing serves both themes; each is drawn once a language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import vl_convert
from markupsafe import Markup

from scripts.figures import Row
from scripts.report.flow import flow
from scripts.report.words import LANGUAGES, Words

Tables = dict[str, list[Row] | None]
Spec = dict[str, Any]
#: Width of a drawing; a phone shows it a little smaller, a desktop a little larger.
WIDTH = 420
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
LOCALES = {"en": "en-US", "ru": "ru-RU"}
AXIS = {
    "labelColor": "var(--soft)",
    "titleColor": "var(--soft)",
    "titleFontWeight": "normal",
    "domainColor": "var(--line)",
    "tickColor": "var(--line)",
    "gridColor": "var(--line)",
    "labelFontSize": 12,
    "titleFontSize": 12,
    "labelLimit": 150,
}
CONFIG = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": AXIS,
    "text": {"color": "var(--ink)", "fontSize": 12},
    "legend": {
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "orient": "top",
        "direction": "horizontal",
        "columns": 4,
        "title": None,
        "symbolType": "square",
        "labelLimit": 190,
    },
}


def draw_all(tables: Tables, words: Words) -> dict[str, Markup]:
    """Draw every chart whose data are there, by the name it has in the templates."""
    return {name: _draw(chart, tables, words) for name, chart in CHARTS.items() if tables.get(name)}


def _draw(chart: Callable[[Tables, Words, str], Spec], tables: Tables, words: Words) -> Markup:
    return Markup("").join(
        Markup('<div class="chart {0}" lang="{0}">{1}</div>').format(
            language, Markup(_inline(_render(chart(tables, words, language), language)))
        )
        for language in LANGUAGES
    )


def _render(spec: Spec, language: str) -> str:
    locale = LOCALES[language]
    if "marks" in spec:
        return vl_convert.vega_to_svg(spec, format_locale=locale)
    whole = {"width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}, "config": CONFIG} | spec
    return vl_convert.vegalite_to_svg(whole, format_locale=locale, time_format_locale=locale)


def _inline(svg: str) -> str:
    """Make a drawing part of the page: as wide as there is room, and one image to a screen reader."""
    svg = re.sub(r' (?:role|aria-[a-z]+|pointer-events|class)="[^"]*"', "", svg)
    svg = re.sub(r' (?:xmlns(?::xlink)?|version)="[^"]*"', "", svg)
    return re.sub(r'<svg width="\d+" height="\d+"', '<svg aria-hidden="true" focusable="false"', svg, count=1)


def rung_colours(rungs: Iterable[int]) -> list[str]:
    """A ramp of the theme, from the lowest rung to the highest."""
    numbers = sorted(set(rungs))
    steps = max(len(numbers) - 1, 1)
    return [f"var(--rung{round(7 * place / steps)})" for place, _ in enumerate(numbers)]


def _rung_scale(table: list[Row]) -> Spec:
    numbers = sorted({row["rung_no"] for row in table})
    return {"domain": numbers, "range": rung_colours(numbers)}


def _bars(table: list[Row], words: Words, language: str, size: str, note: str, top_down: bool) -> Spec:
    """Bars by rung with what each says written beside it."""
    values = [
        {
            "rung": words.say("rung", row["rung"], language),
            "no": row["rung_no"],
            "size": row[size],
            "share": row[note],
        }
        for row in table
    ]
    order = "ascending" if top_down else "descending"
    text = "format(datum.size, ',') + (isValid(datum.share) ? '  ·  ' + format(datum.share, '.1%') : '')"
    return {
        "data": {"values": values},
        "height": {"step": 30},
        "transform": [{"calculate": text, "as": "text"}],
        "encoding": {
            "y": {
                "field": "rung",
                "type": "nominal",
                "title": None,
                "sort": {"field": "no", "order": order},
                "axis": _names(),
            },
            "x": {
                "field": "size",
                "type": "quantitative",
                "axis": None,
                "scale": {"domainMax": 1.38 * max((row[size] for row in table), default=1) or 1},
            },
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 3},
                "encoding": {
                    "color": {"field": "no", "type": "ordinal", "scale": _rung_scale(table), "legend": None}
                },
            },
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "text"}}},
        ],
    }


def _names() -> Spec:
    return {"labelColor": "var(--ink)", "domain": False, "ticks": False, "labelPadding": 6}


def _months(field: str = "month") -> Spec:
    return {
        "field": field,
        "type": "ordinal",
        "title": None,
        "timeUnit": "utcyearmonth",
        "axis": {"format": "%b %y", "labelAngle": 0, "labelOverlap": True, "ticks": False},
    }


def ladder_now(tables: Tables, words: Words, language: str) -> Spec:
    """People on each rung."""
    return _bars(tables["rungs"] or [], words, language, "customers", "share_of_customers", top_down=False)


def skirt(tables: Tables, words: Words, language: str) -> Spec:
    """People who have ever come to each rung, with the conversion from the one below."""
    return _bars(tables["skirt"] or [], words, language, "reached", "conversion_from_below", top_down=True)


def ladder_months(tables: Tables, words: Words, language: str) -> Spec:
    """People on each rung at the end of each month, stacked."""
    table = tables["ladder_months"] or []
    names = {row["rung_no"]: words.say("rung", row["rung"], language) for row in table}
    values = [{"month": str(r["month"]), "no": r["rung_no"], "n": r["customers"]} for r in table]
    scale = {"domain": sorted(names), "range": rung_colours(names)}
    legend = {"labelExpr": _lookup(names), "values": sorted(names, reverse=True)}
    return {
        "data": {"values": values},
        "height": 260,
        "mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 0.5},
        "encoding": {
            "x": _months(),
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": None,
                "axis": {"tickCount": 5, "domain": False},
            },
            "color": {"field": "no", "type": "ordinal", "scale": scale, "legend": legend},
            "order": {"field": "no", "sort": "descending"},
        },
    }


def _lookup(names: dict[Any, str]) -> str:
    """A Vega expression that gives a legend its texts; quotes cannot end it."""
    chosen = "''"
    for code, name in names.items():
        text = name.replace("\\", "\\\\").replace("'", "\\'")
        chosen = f"datum.value == {code!r} ? '{text}' : {chosen}"
    return chosen


def retention(tables: Tables, words: Words, language: str) -> Spec:
    """CRR in both readings, hollow where S misses customers."""
    values = [
        {
            "month": str(row["period"]),
            "reading": reading,
            "crr": row[reading],
            "censored": row["left_censored"],
        }
        for row in tables["retention"] or []
        for reading in ("crr_formula", "crr_strict")
        if row[reading] is not None
    ]
    names = {reading: words.say("reading", reading, language) for reading in ("crr_strict", "crr_formula")}
    colour = {
        "field": "reading",
        "type": "nominal",
        "scale": {"domain": list(names), "range": ["var(--strong)", "var(--warm)"]},
        "legend": {"labelExpr": _lookup(names), "symbolType": "stroke", "symbolStrokeWidth": 3},
    }
    hollow = {
        "condition": {"test": "datum.censored", "value": "var(--card)"},
        "field": "reading",
        "type": "nominal",
        "legend": None,
    }
    return {
        "data": {"values": values},
        "height": 240,
        "encoding": {
            "x": _months(),
            "y": {
                "field": "crr",
                "type": "quantitative",
                "title": None,
                "scale": {"zero": False},
                "axis": {"format": ".0%", "domain": False, "tickCount": 5},
            },
            "color": colour,
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {
                "mark": {"type": "point", "size": 45, "filled": False, "fillOpacity": 1, "opacity": 1},
                "encoding": {"fill": hollow},
            },
        ],
    }


def lorenz(tables: Tables, words: Words, language: str) -> Spec:
    """Share of revenue of the largest customers, beside equality and the 80/20 of the literature."""
    curve = [{"x": 0.0, "y": 0.0}] + [
        {"x": row["share_of_customers"], "y": row["share_of_revenue"]}
        for row in tables["lorenz"] or []
        if row["share_of_revenue"] is not None
    ]
    said = {"en": "80/20 of the literature", "ru": "80/20 из литературы"}[language]
    titles = {
        "en": ("Share of customers, from the largest", "Share of revenue"),
        "ru": ("Доля клиентов, от крупнейших", "Доля выручки"),
    }[language]
    here = next((point for point in curve if point["x"] == 0.2), None)
    text = f"format({here['y']}, '.1%')" if here else "''"
    dash = {"strokeDash": [4, 4], "color": "var(--soft)"}

    def axis(field: str, title: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": {"domain": [0, 1]},
            "axis": {"format": ".0%", "tickCount": 5},
        }

    return {
        "height": 300,
        "encoding": {"x": axis("x", titles[0]), "y": axis("y", titles[1])},
        "layer": [
            {"data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}, "mark": {"type": "line", **dash}},
            {"data": {"values": curve}, "mark": {"type": "area", "opacity": 0.15, "color": "var(--strong)"}},
            {
                "data": {"values": curve},
                "mark": {"type": "line", "strokeWidth": 2.5, "color": "var(--strong)"},
            },
            {
                "data": {"values": [{"x": 0.2, "y": 0.8}]},
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "size": 90,
                    "filled": True,
                    "color": "var(--warm)",
                },
            },
            {
                "data": {"values": [{"x": 0.2, "y": 0.8}]},
                "mark": {"type": "text", "align": "left", "dx": 10, "dy": -10, "text": said},
            },
            {
                "data": {"values": [here] if here else []},
                "mark": {"type": "point", "size": 70, "filled": True, "color": "var(--strong)"},
            },
            {
                "data": {"values": [here] if here else []},
                "transform": [{"calculate": text, "as": "text"}],
                "mark": {"type": "text", "align": "left", "dx": 10, "dy": 12, "fontWeight": "bold"},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }


def economics(tables: Tables, words: Words, language: str) -> Spec:
    """What share of people, revenue and profit each rung has."""
    shares = {"customers": "share_of_customers", "revenue": "share_of_revenue", "profit": "share_of_profit"}
    table = tables["economics"] or []
    total = sum(row["customers"] for row in table)
    values = [
        {
            "rung": words.say("rung", row["rung"], language),
            "no": row["rung_no"],
            "measure": measure,
            "share": share,
        }
        for row in table
        for measure, column in shares.items()
        if (share := row["customers"] / total if measure == "customers" and total else row.get(column))
        is not None
    ]
    names = {measure: words.say("measure", measure, language) for measure in shares}
    return {
        "data": {"values": values},
        "height": {"step": 11},
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "y": {
                "field": "rung",
                "type": "nominal",
                "title": None,
                "sort": {"field": "no", "order": "descending"},
                "axis": _names(),
            },
            "yOffset": {"field": "measure", "sort": list(shares)},
            "x": {
                "field": "share",
                "type": "quantitative",
                "title": None,
                "axis": {"format": ".0%", "tickCount": 5},
            },
            "color": {
                "field": "measure",
                "type": "nominal",
                "scale": {"domain": list(names), "range": ["var(--muted)", "var(--strong)", "var(--warm)"]},
                "legend": {"labelExpr": _lookup(names)},
            },
        },
    }


def subgroups(tables: Tables, words: Words, language: str) -> Spec:
    """How profitable, middling and unprofitable customers share a rung."""
    codes = ("profitable", "middling", "unprofitable", "not_split", "unknown")
    table = tables["subgroups"] or []
    present = [code for code in codes if any(row["subgroup"] == code for row in table)]
    colours = dict(
        zip(codes, ("var(--good)", "var(--muted)", "var(--bad)", "var(--line)", "var(--soft)"), strict=True)
    )
    names = {code: words.say("subgroup", code, language) for code in present}
    values = [
        {
            "rung": words.say("rung", row["rung"], language),
            "no": row["rung_no"],
            "subgroup": row["subgroup"],
            "place": codes.index(row["subgroup"]),
            "n": row["customers"],
        }
        for row in table
    ]
    return {
        "data": {"values": values},
        "height": {"step": 30},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "rung",
                "type": "nominal",
                "title": None,
                "sort": {"field": "no", "order": "descending"},
                "axis": _names(),
            },
            "x": {
                "field": "n",
                "type": "quantitative",
                "title": None,
                "stack": "normalize",
                "axis": {"format": ".0%", "tickCount": 5},
            },
            "color": {
                "field": "subgroup",
                "type": "nominal",
                "scale": {"domain": present, "range": [colours[code] for code in present]},
                "legend": {"labelExpr": _lookup(names), "columns": 3},
            },
            "order": {"field": "place"},
        },
    }


def survival(tables: Tables, words: Words, language: str) -> Spec:
    """Share still active after so many days on a rung."""
    table = tables["survival"] or []
    names = {row["rung_no"]: words.say("rung", row["rung"], language) for row in table}
    start = [{"no": no, "days": 0, "survival": 1.0} for no in names]
    values = start + [
        {"no": row["rung_no"], "days": row["days"], "survival": row["survival"]} for row in table
    ]
    lowest = min(names, default=0)
    ramp = [f"var(--line{(no - lowest) % 5})" for no in sorted(names)]
    return {
        "data": {"values": values},
        "height": 260,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "days",
                "type": "quantitative",
                "title": {"en": "Days since first on the rung", "ru": "Дней с прихода на ступень"}[language],
                "scale": {"domain": [0, 365]},
                "axis": {"values": [0, 90, 180, 270, 365], "grid": True},
            },
            "y": {
                "field": "survival",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [0, 1]},
                "axis": {"format": ".0%", "tickCount": 5, "domain": False},
            },
            "color": {
                "field": "no",
                "type": "ordinal",
                "scale": {"domain": sorted(names), "range": ramp},
                "legend": {
                    "labelExpr": _lookup(names),
                    "symbolType": "stroke",
                    "symbolStrokeWidth": 3,
                    "columns": 3,
                },
            },
        },
    }


def forecast(tables: Tables, words: Words, language: str) -> Spec:
    """People on each rung at the end of the last complete month, and as expected."""
    table = tables["forecast"] or []
    furthest = max((row["months_ahead"] for row in table), default=0)
    values = [
        {
            "rung": words.say("rung", row["rung"], language),
            "no": row["rung_no"],
            "now": row["customers_at_origin"],
            "then": row["expected_customers"],
        }
        for row in table
        if row["months_ahead"] == furthest
    ]
    names = {
        "now": {"en": "Now", "ru": "Сейчас"}[language],
        "then": {"en": f"Expected in {furthest} months", "ru": f"Ожидается через {furthest} мес."}[language],
    }
    domain = list(names.values())
    place = {
        "y": {
            "field": "rung",
            "type": "nominal",
            "title": None,
            "sort": {"field": "no", "order": "descending"},
            "axis": _names() | {"grid": True},
        }
    }

    def point(code: str) -> Spec:
        return {
            "transform": [{"calculate": f"'{names[code]}'", "as": "which"}],
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {
                "x": {"field": code, "type": "quantitative", "title": None},
                "color": {
                    "field": "which",
                    "type": "nominal",
                    "scale": {"domain": domain, "range": ["var(--muted)", "var(--strong)"]},
                    "legend": {"symbolType": "circle"},
                },
            },
        }

    return {
        "data": {"values": values},
        "height": {"step": 28},
        "encoding": place,
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": "var(--soft)"},
                "encoding": {
                    "x": {"field": "now", "type": "quantitative", "title": None, "axis": {"tickCount": 5}},
                    "x2": {"field": "then"},
                },
            },
            point("now"),
            point("then"),
        ],
    }


def balance(tables: Tables, words: Words, language: str) -> Spec:
    """Revenue of new and of existing customers, month by month."""
    names = {code: words.say("buyers", code, language) for code in ("existing", "new")}
    values = [
        {"month": str(row["month"]), "who": code, "revenue": float(row[f"revenue_{code}"])}
        for row in tables["balance"] or []
        for code in names
    ]
    return {
        "data": {"values": values},
        "height": 220,
        "mark": {"type": "bar"},
        "encoding": {
            "x": _months(),
            "y": {
                "field": "revenue",
                "type": "quantitative",
                "title": None,
                "axis": {"format": "~s", "tickCount": 5, "domain": False},
            },
            "color": {
                "field": "who",
                "type": "nominal",
                "scale": {"domain": list(names), "range": ["var(--strong)", "var(--warm)"]},
                "legend": {"labelExpr": _lookup(names)},
            },
            "order": {"field": "who"},
        },
    }


def moves(tables: Tables, words: Words, language: str) -> Spec:
    """People who moved from rung to rung, as a flow."""
    return flow(tables["moves"] or [], tables["rungs"] or [], words, language)


#: The charts by their names in the templates; each is of the table of its name.
CHARTS: dict[str, Callable[[Tables, Words, str], Spec]] = {
    "rungs": ladder_now,
    "ladder_months": ladder_months,
    "moves": moves,
    "skirt": skirt,
    "balance": balance,
    "retention": retention,
    "lorenz": lorenz,
    "economics": economics,
    "subgroups": subgroups,
    "survival": survival,
    "forecast": forecast,
}
