"""Ladders are declarations: a sixth takes only YAML, one that cannot be meant is refused in a sentence."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import query, run_dbt

from scripts.intake import PROJECT, read_intake
from scripts.land import land

LIFE = PROJECT / "tests" / "golden" / "life" / "data"
FANS = {
    "first_rung_no": 1,
    "rungs": [
        {"rung": "stranger", "rule": "own", "when": "true"},
        {"rung": "guest", "rule": "own", "when": "occasions >= 1"},
        {"rung": "fan", "rule": "own", "when": "is_regular and has_recommended"},
    ],
}


def with_fans(**changes: Any) -> str:
    """Give the vars with a sixth ladder whose second rung is changed."""
    ladders = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]["ladders"]
    fans = copy.deepcopy(FANS)
    fans["rungs"][1] |= changes
    return json.dumps({"ladders": ladders | {"fans": fans}})


def test_a_sixth_ladder_takes_only_a_declaration(tmp_path: Path, parsed: Path):
    warehouse = tmp_path / "warehouse.duckdb"
    land(read_intake(LIFE), warehouse)
    arguments = ("--exclude-resource-type", "unit_test", "--vars", with_fans())
    done = run_dbt("build", *arguments, work=tmp_path, parsed=parsed)
    assert done.returncode == 0, done.stdout[-2000:]
    people = "select customer_id, rung, evidence from marts.ladder_stages where ladder = 'fans' order by 1"
    assert query(warehouse, people) == [
        ("olga", "guest", "none"),
        ("pavel", "guest", "none"),
        ("vera", "fan", "recommended"),
    ]
    passed = "select count(*) from marts.ladder_history where ladder = 'fans' and customer_id = 'vera'"
    assert query(warehouse, passed) == [(9,)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"when": "ocasions >= 1"}, "`guest` asks for `ocasions`, which is none of the facts: occasions,"),
        ({"rung": "stranger"}, "the name `stranger` is taken"),
        ({"when": "is_promoter and not is_promoter"}, "nobody can ever stand on `guest`"),
        ({"when": "is_regular and has_recommended"}, "nobody can ever stand on `guest`"),
        ({"when": "occasions >="}, "the condition of `guest` is not of facts, numbers, comparisons"),
        (
            {"when": "is_active and and is_regular"},
            "the condition of `guest` is not of facts, numbers, comparisons",
        ),
        ({"rule": "the shop's own"}, "the rule of `guest` has a quote"),
    ],
)
def test_a_ladder_that_cannot_be_meant_is_refused(
    changes: dict[str, str], said: str, tmp_path: Path, parsed: Path
):
    arguments = ("--select", "calendar_months", "--vars", with_fans(**changes))
    done = run_dbt("run", *arguments, work=tmp_path, parsed=parsed)
    assert done.returncode != 0
    assert "The ladder `fans` cannot be meant: " in done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout
