"""Piecewise functions: only the case that is taken has to exist, in derivatives and in code."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import chainrule
from chainrule.algebras.undefined import Undefined

# Formula, point, value, slope and second derivative by x, worked out by hand.
TAKEN = [
    ("where(x < 0, x^3, sqrt(x))", -1, -1, 3, -6),
    ("where(x < 0, x^3, sqrt(x))", 4, 2, 1 / 4, -1 / 32),
    ("x^2 if x <= 0 else ln(x)", -3, 9, -6, 2),
    ("x^2 if x <= 0 else ln(x)", 2, math.log(2), 1 / 2, -1 / 4),
    ("where(x + 1 > 0, x, 1/x) + where(x > 1, 1/x, 0)", 0, 0, 1, 0),
    ("where(x > 1, where(x > 2, sqrt(x - 2), ln(2 - x)), x^2)", 1 / 2, 1 / 4, 1, 2),
    ("where(x > 1, where(x > 2, sqrt(x - 2), ln(2 - x)), x^2)", 3, 1, 1 / 2, -1 / 4),
    ("3 where(x < 0, x, sqrt(x) sqrt(x) ln(x)) - x", -2, -4, 2, 0),
    ("(where(x < 0, 5, 1/x) + where(x > -3, x, ln(x)))^2", -1, 16, 8, 2),
    ("t = sqrt(x); where(x < 0, x, t) + where(x > 0, t^2, x^2)", -2, 2, -3, 2),
    ("where(0 < x and x < 1 or x == 5, ln(x), x^2)", -3, 9, -6, 2),
    (
        "where(not x == 0, sin(x)/x, 1)",
        1,
        math.sin(1),
        math.cos(1) - math.sin(1),
        math.sin(1) - 2 * math.cos(1),
    ),
]


@pytest.mark.parametrize(("text", "x", "value", "slope", "second"), TAKEN)
def test_only_what_is_taken_has_to_exist(
    text: str, x: float, value: float, slope: float, second: float
) -> None:
    graph, at = chainrule.parse(text), {"x": x}
    near = {"rel": 1e-12, "abs": 1e-12}
    assert graph.evaluate(at) == pytest.approx(value, **near)
    assert graph.gradient(at)["x"] == pytest.approx(slope, **near)
    assert graph.forward(at)["tangent:f"] == pytest.approx(slope, **near)
    derivative = graph.gradient_graph()
    assert derivative.evaluate(at) == pytest.approx(slope, **near)
    assert derivative.gradient(at)["x"] == pytest.approx(second, **near)
    assert graph.hessian(at)["x"]["x"] == pytest.approx(second, **near)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled, slopes = graph.compile()(x=np.array([x, x]))
    assert compiled.tolist() == pytest.approx([value] * 2, **near)
    assert slopes["x"].tolist() == pytest.approx([slope] * 2, **near)


BORDERS = [
    # formula, left slope, right slope, value at the border
    ("where(x < 1, x, sqrt(x))", 1, 1 / 2, 1),
    ("x^2 if x <= 1 else 2x - 1", 2, 2, 1),
    ("where(x > 1 and x < 2, 3x, x + 2)", 1, 3, 3),
    ("x if x < 1 else x^3 if x < 2 else 0", 1, 3, 1),
]


@pytest.mark.parametrize(("text", "left", "right", "value"), BORDERS)
def test_at_a_border_both_slopes_are_told(
    text: str, left: float, right: float, value: float
) -> None:
    worked = chainrule.parse(text).work({"x": 1}, zoom="primitive")
    assert worked.value == value
    sides = worked.run.sides_by(worked.graph.index["x"])
    assert sides is not None
    assert (float(sides.left.exact), float(sides.right.exact)) == (left, right)
    assert worked.slope("x").shown in (left, right)


@pytest.mark.parametrize(
    "text", ["where(x < 1, x, 2x)", "where(x == 1, 5, x)", "x if x > 1 else 7"]
)
def test_where_the_value_jumps_there_is_no_derivative(text: str) -> None:
    worked = chainrule.parse(text).work({"x": 1}, zoom="primitive")
    assert type(worked.slope("x").shown) is Undefined


def test_a_border_that_both_cases_share_is_none() -> None:
    graph = chainrule.parse("where(x > 0 and y > 0, x y, 2)")
    worked = graph.work({"x": 0, "y": -1}, zoom="primitive")
    assert worked.run.kinks == ()
    assert graph.gradient({"x": 0, "y": -1}) == {"x": 0, "y": 0}


def test_where_no_case_holds_there_is_no_value() -> None:
    text = r"f = \begin{cases} x^2 & x \ge 1 \\ -x & x < 0 \end{cases}"
    graph = chainrule.parse(text)
    assert graph.gradient({"x": 2}) == {"x": 4}
    for found in (graph.evaluate({"x": "1/2"}), graph.gradient({"x": "1/2"})["x"]):
        assert type(found) is Undefined and found.needs == "a case that holds here"
    assert math.isnan(graph.compile().value(x=0.5))


def test_it_is_written_as_cases() -> None:
    table = chainrule.parse("f = x if x < 1 and x != 0 else 2").table({"x": 3})
    assert "f = x if x < 1 and x ≠ 0 else 2" in table.text()
    assert r"\begin{cases} x & \text{if } x < 1\text{ and }x\neq 0 \\ 2" in table.latex()
    assert "<mtable>" in table.html()


def test_conditions_of_arrays_are_taken_entry_by_entry() -> None:
    graph = chainrule.parse("x: 3; sum(where(x < 0, x^2, 3x))")
    assert graph.evaluate({"x": [-2, 4, 9]}) == 43
    assert graph.gradient({"x": [-2, 4, 9]})["x"].tolist() == [-4, 3, 3]
    other = chainrule.parse("x: 3; sum(where(x < 0, x^2, sqrt(x)))")
    assert other.evaluate({"x": [-2, 4, 9]}) == 9


def test_the_function_survives_sympy() -> None:
    graph = chainrule.parse("where(x < 1, x^2, 3 - x)")
    back = chainrule.Graph.from_sympy(graph.sympy())
    for x in ("-1/2", "1/2", 2, 5):
        assert back.evaluate({"x": x}) == pytest.approx(graph.evaluate({"x": x}))
        assert back.gradient({"x": x}) == pytest.approx(graph.gradient({"x": x}))


def test_a_condition_of_which_it_is_open_where_it_goes_is_no_crash() -> None:
    # c is 0 whatever x and y are, but no digits prove that it stays 0: on both sides, the last
    # case is taken, and that is c itself.
    graph = chainrule.parse("where(c, y, c); c = cot((1 - sigmoid(y))/x) - cot((1 - sigmoid(y))/x)")
    point = {"x": "1.0000000001", "y": 0}
    assert graph.evaluate(point) == 0
    assert graph.gradient(point) == {"x": 0, "y": 0}
    assert all(entry.verdict != "differs" for entry in graph.check(point).inputs)
