"""The flow of people between rungs, as a Vega specification: a band from each rung to each."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from scripts.figures import Row
from scripts.report.looks import FONT
from scripts.report.words import Words

OUTSIDE = "not on the ladder"
STAYS = {"no change", "lapsed"}
WIDTH, HEIGHT, GAP, MARGIN, BAR = 360, 400, 12, 110, 6


def flow(moves: list[Row], rungs: list[Row], words: Words, language: str) -> dict[str, Any]:
    """Return the specification of a drawing.

    Args:
        moves: rows with from_rung, to_rung and customers; who stays where they are is not drawn.
        rungs: the rungs, with rung_no and rung.
        words: the labels.
        language: the language of the labels.
    """
    height = {row["rung"]: row["rung_no"] for row in rungs} | {
        OUTSIDE: min((r["rung_no"] for r in rungs), default=0) - 1
    }
    moved = [
        row
        for row in moves
        if row["to_rung"] not in STAYS
        and row["customers"]
        and row["from_rung"] in height
        and row["to_rung"] in height
    ]
    left, right = _sums(moved, "from_rung"), _sums(moved, "to_rung")
    nodes = max(len(left), len(right), 1)
    tall = min(HEIGHT, 80 * nodes)
    scale = (tall - GAP * (nodes - 1)) / max(sum(left.values()), 1)
    starts = {"from": _places(left, height, scale), "to": _places(right, height, scale)}
    sides = [
        {
            "x": MARGIN if side == "from" else WIDTH - MARGIN - BAR,
            "y": starts[side][rung],
            "h": max(people * scale, 1),
            "name": words.say("outcome" if rung == OUTSIDE else "rung", rung, language),
            "people": people,
            "side": side,
        }
        for side, sums in (("from", left), ("to", right))
        for rung, people in sums.items()
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": WIDTH,
        "height": tall,
        "padding": {"top": 8, "bottom": 8, "left": 0, "right": 0},
        "background": "transparent",
        "data": [
            {"name": "bands", "values": _bands(moved, height, starts, scale)},
            {"name": "sides", "values": sides},
        ],
        "marks": [
            {
                "type": "path",
                "from": {"data": "bands"},
                "encode": {
                    "enter": {
                        "path": {"field": "path"},
                        "fill": {"field": "colour"},
                        "fillOpacity": {"value": 0.5},
                    }
                },
            },
            {
                "type": "rect",
                "from": {"data": "sides"},
                "encode": {
                    "enter": {
                        "x": {"field": "x"},
                        "y": {"field": "y"},
                        "width": {"value": BAR},
                        "height": {"field": "h"},
                        "fill": {"value": "var(--ink)"},
                    }
                },
            },
            *(_texts(side, what) for side in ("from", "to") for what in ("name", "people")),
        ],
    }


def _texts(side: str, what: str) -> dict[str, Any]:
    """The names outside the bars, the numbers on the bands beside them."""
    to_left = (side == "from") == (what == "name")
    return {
        "type": "text",
        "from": {"data": "sides"},
        "encode": {
            "enter": {
                "x": {"field": "x", "offset": -5 if to_left else BAR + 5},
                "y": {"signal": "datum.y + datum.h / 2"},
                "align": {"value": "right" if to_left else "left"},
                "baseline": {"value": "middle"},
                "fontSize": {"value": 12 if what == "name" else 10.5},
                "font": {"value": FONT},
                "fill": {"value": "var(--ink)"},
                "text": {
                    "signal": f"datum.side != '{side}' ? '' : "
                    + ("datum.name" if what == "name" else "format(datum.people, ',')")
                },
            }
        },
    }


def _sums(moved: list[Row], column: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in moved:
        sums[row[column]] += int(row["customers"])
    return sums


def _places(sums: dict[str, int], height: dict[str, int], scale: float) -> dict[str, float]:
    """Where each rung begins, the highest at the top."""
    places, y = {}, 0.0
    for rung in sorted(sums, key=lambda rung: -height[rung]):
        places[rung] = y
        y += sums[rung] * scale + GAP
    return places


def _bands(
    moved: list[Row], height: dict[str, int], starts: dict[str, dict[str, float]], scale: float
) -> list[dict[str, Any]]:
    """One band a move; those up, those down and newcomers have a colour each."""
    begin, end = dict(starts["from"]), dict(starts["to"])
    x0, x1 = MARGIN + BAR, WIDTH - MARGIN - BAR
    middle = (x0 + x1) / 2
    bands = []
    for row in sorted(moved, key=lambda row: (-height[row["from_rung"]], -height[row["to_rung"]])):
        thick = int(row["customers"]) * scale
        a, b = begin[row["from_rung"]], end[row["to_rung"]]
        begin[row["from_rung"]] += thick
        end[row["to_rung"]] += thick
        up = height[row["to_rung"]] > height[row["from_rung"]]
        came = row["from_rung"] == OUTSIDE
        bands.append(
            {
                "path": f"M{x0},{a:.1f}C{middle},{a:.1f} {middle},{b:.1f} {x1},{b:.1f}V{b + thick:.1f}"
                f"C{middle},{b + thick:.1f} {middle},{a + thick:.1f} {x0},{a + thick:.1f}Z",
                "colour": "var(--muted)" if came else "var(--good)" if up else "var(--bad)",
            }
        )
    return bands
