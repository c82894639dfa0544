"""What is left of one side goes to what is left of the other: the macro `allocated` beside a plain loop."""

from __future__ import annotations

import random
from decimal import Decimal

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.intake import PROJECT

FOLDS = PROJECT / "macros" / "dialect" / "folds.sql"
MACROS = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(FOLDS.read_text("utf-8")).module
#: Of every pair its group, left, right and rank; of every left and right of a group its amount in cents.
Pair = tuple[int, str, str, int]
Amounts = dict[tuple[int, str], int]
Given = dict[tuple[int, str, str], Decimal]


def allocated(pairs: list[Pair], lefts: Amounts, rights: Amounts, *, whole: bool) -> Given:
    """Return what the macro gives, whatever the order in which the rows stand."""
    order = "nearness desc, left_key, right_key"
    sql = MACROS.duckdb__allocated(
        "pairs", "group_no", "left_key", "right_key", "gives", "takes", order, whole
    )
    rows = [
        (group, f"{group}{left}", f"{group}{right}", -rank, lefts[group, left], rights[group, right])
        for group, left, right, rank in pairs
    ]
    random.shuffle(rows)
    with duckdb.connect() as connection:
        connection.execute(
            "create table pairs (group_no integer, left_key varchar, right_key varchar, nearness integer, "
            "gives decimal(18, 2), takes decimal(18, 2))"
        )
        values = ", ".join(f"({g}, '{a}', '{b}', {n}, {x} / 100, {y} / 100)" for g, a, b, n, x, y in rows)
        connection.execute(f"insert into pairs values {values}")
        found = connection.execute(sql).fetchall()
    assert len(found) == len({row[:2] for row in found})
    return {(int(left[0]), left[1:], right[1:]): amount for left, right, amount in found}


def allocated_by_hand(pairs: list[Pair], lefts: Amounts, rights: Amounts, *, whole: bool) -> Given:
    """The same, one pair after the other."""
    rest_of_left, rest_of_right, found = dict(lefts), dict(rights), {}
    for group, left, right, _ in sorted(pairs, key=lambda pair: (pair[0], pair[3], pair[1], pair[2])):
        amount = min(rest_of_left[group, left], rest_of_right[group, right])
        if amount <= 0 or (whole and amount < lefts[group, left]):
            continue
        rest_of_left[group, left] -= amount
        rest_of_right[group, right] -= amount
        found[group, left, right] = Decimal(amount) / 100
    return found


@st.composite
def cases(draw: st.DrawFn, highest: int) -> tuple[list[Pair], Amounts, Amounts]:
    """Pairs of up to three groups; lefts and rights bear the same names, many ranks are tied."""
    names = st.sampled_from("abcdefg")
    links = draw(st.sets(st.tuples(st.integers(1, 3), names, names), min_size=1, max_size=60))
    pairs = [(*link, draw(st.integers(0, 3))) for link in sorted(links)]
    amounts = st.integers(min(1, highest - 1), highest)
    lefts = {side: draw(amounts) for side in sorted({(group, left) for group, left, _, _ in pairs})}
    rights = {side: draw(amounts) for side in sorted({(group, right) for group, _, right, _ in pairs})}
    return pairs, lefts, rights


@pytest.mark.parametrize("whole", [False, True], ids=["in_parts", "whole"])
@given(case=cases(highest=12))
@settings(max_examples=80, deadline=None)
def test_each_pair_is_given_what_is_left_of_both(case: tuple[list[Pair], Amounts, Amounts], whole: bool):
    assert allocated(*case, whole=whole) == allocated_by_hand(*case, whole=whole)


@given(case=cases(highest=1))
@settings(max_examples=80, deadline=None)
def test_with_amounts_of_one_those_are_matched_that_are_nearest_to_each_other(
    case: tuple[list[Pair], Amounts, Amounts],
):
    pairs, lefts, rights = case
    left_over = [pair for pair in pairs if lefts[pair[:2]] and rights[pair[0], pair[2]]]
    matched = set()
    while left_over:
        order = sorted(left_over, key=lambda pair: (pair[3], pair[1], pair[2]))
        of_left = {pair[:2]: pair for pair in reversed(order)}
        of_right = {(pair[0], pair[2]): pair for pair in reversed(order)}
        chosen = {pair for pair in order if of_left[pair[:2]] == pair == of_right[pair[0], pair[2]]}
        matched |= {pair[:3] for pair in chosen}
        lefts_left = {pair[:2] for pair in order} - {pair[:2] for pair in chosen}
        taken = {(pair[0], pair[2]) for pair in chosen}
        left_over = [pair for pair in order if pair[:2] in lefts_left and (pair[0], pair[2]) not in taken]
    assert set(allocated(*case, whole=False)) == matched
