"""What the charts of the report have in common: looks, scales, and bars by rung."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.figures import Row
from scripts.report.words import Words

Tables = dict[str, list[Row] | None]
Spec = dict[str, Any]
#: Width of a drawing; a phone shows it a little smaller, a desktop a little larger.
WIDTH = 360
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
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
#: Rungs from the highest down.
BY_RUNG = {"field": "no", "op": "min", "order": "descending"}
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
        "title": None,
        "symbolType": "square",
        "columnPadding": 24,
        "labelLimit": 190,
    },
}


def rung_colours(rungs: Iterable[int]) -> list[str]:
    """A ramp of the theme, from the lowest rung to the highest."""
    numbers = sorted(set(rungs))
    steps = max(len(numbers) - 1, 1)
    return [f"var(--rung{round(7 * place / steps)})" for place, _ in enumerate(numbers)]


def rung_scale(table: list[Row]) -> Spec:
    """The ramp as a scale of the rungs of a table."""
    numbers = sorted({row["rung_no"] for row in table})
    return {"domain": numbers, "range": rung_colours(numbers)}


def bars(table: list[Row], words: Words, language: str, size: str, note: str, top_down: bool) -> Spec:
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
                "sort": BY_RUNG | {"order": order},
                "axis": rung_axis(),
            },
            "x": {
                "field": "size",
                "type": "quantitative",
                "axis": None,
                "stack": None,
                "scale": {"domainMax": 1.55 * max((row[size] for row in table), default=1) or 1},
            },
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 3},
                "encoding": {
                    "color": {"field": "no", "type": "ordinal", "scale": rung_scale(table), "legend": None}
                },
            },
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "text"}}},
        ],
    }


def rung_axis() -> Spec:
    """The names of rungs, without a line."""
    return {"labelColor": "var(--ink)", "domain": False, "ticks": False, "labelPadding": 6}


def month_axis() -> Spec:
    """Months, as many of their names as there is room for."""
    return {
        "field": "month",
        "type": "ordinal",
        "title": None,
        "timeUnit": "utcyearmonth",
        "axis": {
            "format": "%b %y",
            "labelAngle": 0,
            "labelOverlap": True,
            "labelSeparation": 8,
            "ticks": False,
        },
    }


def legend(names: dict[Any, str], **looks: object) -> Spec:
    """A legend in the words given by code, in as many columns as its longest text leaves room for."""
    longest = max((len(name) for name in names.values()), default=1)
    columns = max(1, min(len(names), 4, int(WIDTH / (7 * longest + 44))))
    return {"labelExpr": lookup(names), "columns": columns, **looks}


def lookup(names: dict[Any, str]) -> str:
    """The Vega expression for its texts; quotes cannot end them."""
    chosen = "''"
    for code, name in names.items():
        text = name.replace("\\", "\\\\").replace("'", "\\'")
        chosen = f"datum.value == {code!r} ? '{text}' : {chosen}"
    return chosen
