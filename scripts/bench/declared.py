"""What the project declares, for the programs that do its work by hand: each definition has one home."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

PROJECT = Path(__file__).resolve().parents[2]
DECLARED: dict[str, Any] = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
LADDERS: dict[str, dict[str, Any]] = DECLARED["ladders"]
ACTIVE_DAYS: int = DECLARED["activity_window_days"]
REGULAR: int = DECLARED["regular_min_occasions"]
WINDOWS: tuple[int | None, ...] = (None, *sorted({*DECLARED["retention_windows_days"], ACTIVE_DAYS}))
SEGMENTS = PROJECT / "seeds" / "rfm_segments.csv"
with (PROJECT / "seeds" / "order_statuses.csv").open(encoding="utf-8") as _file:
    _STATUSES = list(csv.DictReader(_file))
QUALIFYING = [row["status"] for row in _STATUSES if row["is_qualifying"] == "true"]
GENUINE = [row["status"] for row in _STATUSES if row["is_genuine"] == "true"]

#: With orders alone, all that a rung can depend on is one of four levels, lowest first: who has ordered,
#: bought, bought again, is a regular. -1 stands for somebody not known yet.
LEVELS = f"""
    select
        level,
        level as occasions,
        level >= {REGULAR} as is_regular,
        level >= {REGULAR} as is_active,
        true as is_interested,
        false as is_reached,
        cast(null as boolean) as is_only_us,
        false as pays_premium,
        false as has_recommended,
        false as is_promoter
    from (values (0), (1), (2), ({REGULAR})) as levels (level)
"""


class Step(NamedTuple):
    """A stay on a rung that somebody makes who comes from one level to another."""

    level_before: int
    level: int
    rung_no: int
    rung: str
    rule: str | None
    direction: str
    is_imputed: bool


def share(name: str) -> int:
    """A declared share in whole parts of 10,000, so that it is compared exactly."""
    return round(DECLARED[name] * 10000)


def rungs_of(ladder: str) -> dict[int, str]:
    """The rungs of a ladder by their numbers."""
    first = LADDERS[ladder]["first_rung_no"]
    return {first + step: rung["rung"] for step, rung in enumerate(LADDERS[ladder]["rungs"])}


def rungs_by_level(ladder: str) -> dict[int, int]:
    """On which rung of a ladder its conditions put each level; who is on none stands below the first."""
    first, rungs = LADDERS[ladder]["first_rung_no"], LADDERS[ladder]["rungs"]
    cases = " ".join(
        f"when {rungs[step]['when']} then {first + step}" for step in reversed(range(len(rungs)))
    )
    numbers = duckdb.sql(
        f"select case {cases} else {first - 1} end from ({LEVELS}) order by level"
    ).fetchall()
    return {-1: first - 1} | {level: number for level, (number,) in enumerate(numbers)}


def steps_on(ladder: str) -> list[Step]:
    """The stays that every change of level makes: nobody skips a rung."""
    first, rung_of = LADDERS[ladder]["first_rung_no"], rungs_by_level(ladder)
    steps = []
    for level_before, start in rung_of.items():
        for level, end in rung_of.items():
            down = end < start
            for number in range(start - 1, end - 1, -1) if down else range(start + 1, end + 1):
                if number >= first:
                    rung = LADDERS[ladder]["rungs"][number - first]
                    direction = "down" if down else "start" if start < first == number else "up"
                    rule = None if down else rung["rule"]
                    steps.append(
                        Step(level_before, level, number, rung["rung"], rule, direction, number != end)
                    )
    return steps
