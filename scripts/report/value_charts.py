"""The charts of customers and money: who stays, who brings what."""

from __future__ import annotations

from scripts.report.looks import BY_RUNG, Spec, Tables, legend, month_axis, rung_axis
from scripts.report.words import Words

#: Large money in few letters, as each language writes thousands, millions and milliards.
_SHORT = (
    "datum.value == 0 ? '0' : replace(replace(replace(format(datum.value, '~s'), 'k', {}), 'M', {}), 'G', {})"
)
SHORT = {
    "en": _SHORT.format("'k'", "'M'", "'B'"),
    "ru": _SHORT.format("' тыс.'", "' млн'", "' млрд'"),
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
            "x": month_axis(),
            "y": {
                "field": "revenue",
                "type": "quantitative",
                "title": None,
                "axis": {"labelExpr": SHORT[language], "tickCount": 5, "domain": False},
            },
            "color": {
                "field": "who",
                "type": "nominal",
                "scale": {"domain": list(names), "range": ["var(--strong)", "var(--warm)"]},
                "legend": legend(names),
            },
            "order": {"field": "who"},
        },
    }


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
        "legend": legend(names, symbolType="stroke", symbolStrokeWidth=3),
    }
    hollow = colour | {"condition": {"test": "datum.censored", "value": "var(--card)"}, "legend": None}
    return {
        "data": {"values": values},
        "height": 240,
        "encoding": {
            "x": month_axis(),
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


def clv_backtest(tables: Tables, words: Words, language: str) -> Spec:
    """Purchases foreseen by each method beside those that came, by weeks ahead."""
    found = tables["clv_backtest"] or []
    names = {who: words.say("forecast", who, language) for who in ("actual", "formula", "naive_rate")}
    values = [
        {"weeks": row["weeks"], "who": row["method"], "purchases": row["expected_purchases"]}
        for row in found
        if row["expected_purchases"] is not None
    ] + [
        {"weeks": weeks, "who": "actual", "purchases": came}
        for weeks, came in sorted({(row["weeks"], row["actual_purchases"]) for row in found})
    ]
    return {
        "data": {"values": values},
        "height": 220,
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "weeks",
                "type": "ordinal",
                "title": {"en": "Weeks ahead", "ru": "Недель вперёд"}[language],
                "axis": {"labelAngle": 0},
            },
            "xOffset": {"field": "who", "sort": list(names)},
            "y": {
                "field": "purchases",
                "type": "quantitative",
                "title": None,
                "axis": {"labelExpr": SHORT[language], "tickCount": 5, "domain": False},
            },
            "color": {
                "field": "who",
                "type": "nominal",
                "scale": {"domain": list(names), "range": ["var(--strong)", "var(--warm)", "var(--soft)"]},
                "legend": legend(names),
            },
        },
    }


def lorenz(tables: Tables, words: Words, language: str) -> Spec:
    """Share of revenue of the largest customers, beside equality and the 80/20 of the literature."""
    curve = [{"x": 0.0, "y": 0.0}] + [
        {"x": row["share_of_customers"], "y": row["share_of_revenue"]}
        for row in tables["lorenz"] or []
        if row["share_of_revenue"] is not None
    ]
    here = [point for point in curve if point["x"] == 0.2]
    titles, said = {
        "en": (
            ("Share of customers, from the largest", "Share of revenue"),
            ("here", "80/20 of the literature"),
        ),
        "ru": (("Доля клиентов, от крупнейших", "Доля выручки"), ("здесь", "80/20 из литературы")),
    }[language]
    marks = [
        {"mark": "here", "said": f"{said[0]}: ", **point, "share": point["y"], "place": 0.28}
        for point in here
    ] + [{"mark": "claim", "said": said[1], "x": 0.2, "y": 0.8, "share": None, "place": 0.18}]
    colours = {"domain": ["here", "claim"], "range": ["var(--strong)", "var(--warm)"]}
    text = "datum.said + (isValid(datum.share) ? format(datum.share, '.1%') : '')"
    point = {
        "mark": {"type": "point", "size": 90, "filled": True, "opacity": 1},
        "encoding": {
            "color": {"field": "mark", "type": "nominal", "scale": colours, "legend": None},
            "shape": {
                "field": "mark",
                "type": "nominal",
                "scale": {"domain": ["here", "claim"], "range": ["circle", "diamond"]},
                "legend": None,
            },
        },
    }
    key = {"x": {"datum": 0.42, "type": "quantitative"}, "y": {"field": "place", "type": "quantitative"}}

    def axis(field: str, title: str) -> Spec:
        shown = {"format": ".0%", "tickCount": 5}
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": {"domain": [0, 1]},
            "axis": shown,
        }

    return {
        "height": 300,
        "encoding": {"x": axis("x", titles[0]), "y": axis("y", titles[1])},
        "layer": [
            {
                "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": "var(--soft)"},
            },
            {
                "data": {"values": curve},
                "mark": {
                    "type": "area",
                    "fillOpacity": 0.15,
                    "color": "var(--strong)",
                    "line": {"color": "var(--strong)", "strokeWidth": 2.5},
                },
            },
            {"data": {"values": marks}} | point,
            {
                "data": {"values": marks},
                "transform": [{"calculate": text, "as": "text"}],
                "layer": [
                    point | {"encoding": point["encoding"] | key},
                    {
                        "mark": {"type": "text", "align": "left", "dx": 12},
                        "encoding": key | {"text": {"field": "text"}},
                    },
                ],
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
                "sort": BY_RUNG,
                "axis": rung_axis(),
            },
            "yOffset": {"field": "measure", "sort": list(shares)},
            "x": {
                "field": "share",
                "type": "quantitative",
                "title": None,
                "stack": None,
                "axis": {"format": ".0%", "tickCount": 5},
            },
            "color": {
                "field": "measure",
                "type": "nominal",
                "scale": {"domain": list(names), "range": ["var(--muted)", "var(--strong)", "var(--warm)"]},
                "legend": legend(names),
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
                "sort": BY_RUNG,
                "axis": rung_axis(),
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
                "legend": legend(names),
            },
            "order": {"field": "place"},
        },
    }
