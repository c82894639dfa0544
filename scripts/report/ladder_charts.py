"""The charts of people on the ladder: where they stand, how they move, how long they last."""

from __future__ import annotations

from scripts.report.flow import flow
from scripts.report.looks import BY_RUNG, Spec, Tables, bars, legend, month_axis, rung_axis, rung_colours
from scripts.report.words import Words


def ladder_now(tables: Tables, words: Words, language: str) -> Spec:
    """People on each rung."""
    return bars(tables["rungs"] or [], words, language, "customers", "share_of_customers", top_down=False)


def ladder_months(tables: Tables, words: Words, language: str) -> Spec:
    """People on each rung at the end of each month, stacked."""
    table = tables["ladder_months"] or []
    names = {row["rung_no"]: words.say("rung", row["rung"], language) for row in table}
    values = [{"month": str(r["month"]), "no": r["rung_no"], "n": r["customers"]} for r in table]
    scale = {"domain": sorted(names), "range": rung_colours(names)}
    shown = legend(names, values=sorted(names, reverse=True))
    return {
        "data": {"values": values},
        "height": 260,
        "mark": {"type": "bar", "stroke": "var(--card)", "strokeWidth": 0.5},
        "encoding": {
            "x": month_axis(),
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": None,
                "axis": {"tickCount": 5, "tickMinStep": 1, "domain": False},
            },
            "color": {"field": "no", "type": "ordinal", "scale": scale, "legend": shown},
            "order": {"field": "no", "sort": "descending"},
        },
    }


def moves(tables: Tables, words: Words, language: str) -> Spec:
    """People who moved from rung to rung, as a flow."""
    return flow(tables["moves"] or [], tables["rungs"] or [], words, language)


def skirt(tables: Tables, words: Words, language: str) -> Spec:
    """People who have ever come to each rung, with the conversion from the one below."""
    return bars(tables["skirt"] or [], words, language, "reached", "conversion_from_below", top_down=True)


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
                "legend": legend(names, symbolType="stroke", symbolStrokeWidth=3),
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
            "sort": BY_RUNG,
            "axis": rung_axis() | {"grid": True},
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
