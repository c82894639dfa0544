"""Draws the charts of the report to SVG, by Vega-Lite, when it is written: the page needs no script for them.

Colours are CSS variables of the page, so one drawing serves both themes; each is drawn once a language.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import vl_convert
from markupsafe import Markup

from scripts.report import ladder_charts, value_charts
from scripts.report.looks import CONFIG, WIDTH, Spec, Tables
from scripts.report.words import LANGUAGES, Words

Chart = Callable[[Tables, Words, str], Spec]
LOCALES = {"en": "en-US", "ru": "ru-RU"}
#: The charts by the names they have in the templates; each is of the table of its name.
CHARTS: dict[str, Chart] = {
    "rungs": ladder_charts.ladder_now,
    "ladder_months": ladder_charts.ladder_months,
    "moves": ladder_charts.moves,
    "skirt": ladder_charts.skirt,
    "survival": ladder_charts.survival,
    "forecast": ladder_charts.forecast,
    "balance": value_charts.balance,
    "retention": value_charts.retention,
    "clv_backtest": value_charts.clv_backtest,
    "lorenz": value_charts.lorenz,
    "economics": value_charts.economics,
    "subgroups": value_charts.subgroups,
}


def draw_all(tables: Tables, words: Words) -> dict[str, Markup]:
    """Draw every chart whose data are there, by the name it has in the templates."""
    return {name: _draw(chart, tables, words) for name, chart in CHARTS.items() if tables.get(name)}


def _draw(chart: Chart, tables: Tables, words: Words) -> Markup:
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
    """Make a drawing part of the page: as wide as there is room, short, and one image to a screen reader."""
    svg = re.sub(r' (?:role|aria-[a-z]+|pointer-events|class)="[^"]*"', "", svg)
    svg = re.sub(r' (?:xmlns(?::xlink)?|version)="[^"]*"', "", svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", svg)
    return re.sub(
        r'<svg width="[\d.]+" height="[\d.]+"', '<svg aria-hidden="true" focusable="false"', svg, count=1
    )
