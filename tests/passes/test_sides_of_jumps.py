"""What a choice says at a border, of a case that is not taken, and where no case holds."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import chainrule

JUMPS = [
    ("where(x < 0, -1, x)", -1, 0),
    ("2 where(x < 0, -1, x) + 3", 1, 3),
    ("where(x < 0, 1, where(x < 1, 2, 3))", 1, 2),
    ("sqrt(x^2) if x > 0 else 1", 1, 0),
    ("y = exp(u); u = where(x >= 0, 0, ln 2)", 2, 1),
]


@pytest.mark.parametrize(("text", "left", "right"), JUMPS)
def test_values_on_both_sides_of_a_jump_are_told(text: str, left: int, right: int) -> None:
    run = chainrule.parse(text).work({"x": "0"}, zoom="primitive").run
    sides = run.sides_by(run.graph.inputs[0])
    assert sides is not None
    assert sides.values is not None
    assert [float(value.ball.mid()) for value in sides.values] == pytest.approx([left, right])


@pytest.mark.parametrize("text", ["where(x < 0, -x, x)", "|x|", "where(x > 0, x^2, 0)"])
def test_where_nothing_jumps_there_are_no_two_values(text: str) -> None:
    run = chainrule.parse(text).work({"x": "0"}, zoom="primitive").run
    sides = run.sides_by(run.graph.inputs[0])
    assert sides is None or sides.values is None


def test_a_case_not_taken_need_not_exist_in_arrays() -> None:
    worked = chainrule.parse("x: 2; y = sum(where(x > 0, sqrt(x), 0))").work({"x": "[-1, 4]"})
    assert [x.rational for x in worked.slope("x").proven.data] == [0, Fraction(1, 4)]
    worked = chainrule.parse("v: 2; y = sum(where(v > 0, v sqrt(s), 0))").work(
        {"v": "[-1, -4]", "s": "-1"}
    )
    assert worked.slope("s").proven.data.item().rational == 0


def test_compiled_code_has_no_slope_where_no_case_holds() -> None:
    text = r"\begin{cases} x^2 & x > 1 \\ x & x < 0 \end{cases}"
    compiled = chainrule.parse(text).compile()
    x = np.array([2.0, -1.0, 0.5])
    value, slope = compiled.value_and_grad(x=x)
    np.testing.assert_array_equal(value, [4, -1, math.nan])
    np.testing.assert_array_equal(slope["x"], [4, 1, math.nan])
