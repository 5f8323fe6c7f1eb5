"""Hessian, and Hessian times a direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import chainrule
from chainrule import GraphError
from chainrule.algebras.undefined import Undefined

FORMULAS = [
    ("x^2 y + sin(x y)", {"x": 1.25, "y": 0.5}),
    ("e^(x y) / (1 + x^2)", {"x": 0.75, "y": -0.5}),
    ("sqrt(x^2 + y^2 + z^2) * log(z)", {"x": 1, "y": 2, "z": 3}),
    ("a = tanh(x y); b = a^3 + z; f = a b", {"x": 0.5, "y": 1.5, "z": -1}),
]


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_a_unit_direction_gives_a_column_of_the_hessian(text: str, point: dict[str, Any]) -> None:
    graph = chainrule.parse(text)
    hessian = graph.hessian(point)
    for name in graph.variables:
        column = graph.hvp(point, {name: 1})
        for other in graph.variables:
            assert column[other] == pytest.approx(hessian[other][name], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_a_direction_agrees_with_sympy(text: str, point: dict[str, Any]) -> None:
    graph = chainrule.parse(text)
    formula = graph.sympy()
    symbols = {symbol.name: symbol for symbol in formula.free_symbols}
    at = {symbols[name]: sympy.Rational(value) for name, value in point.items()}
    direction = {name: k - 1.5 for k, name in enumerate(graph.variables)}
    found = graph.hvp(point, direction)
    for name in graph.variables:
        want = sum(
            formula.diff(symbols[name], symbols[other]).subs(at) * move
            for other, move in direction.items()
        )
        assert found[name] == pytest.approx(float(want), rel=1e-12)


def test_blocks_of_vectors_and_a_direction_in_matrices() -> None:
    graph = chainrule.parse("W: 2x3; x: 3; h = tanh(W @ x); L = sum(h*h)")
    point = {"W": [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]], "x": [1, 2, -1]}
    move = {"W": [[1, 0, 2], [0, 1, 1]], "x": [0.5, 0, 1]}
    hessian, along = graph.hessian(point), graph.hvp(point, move)
    assert hessian["W"]["x"].shape == (2, 3, 3)
    np.testing.assert_allclose(hessian["W"]["x"], np.moveaxis(hessian["x"]["W"], 0, -1), rtol=1e-12)
    for name in ("W", "x"):
        by_weights = np.tensordot(hessian[name]["W"], np.array(move["W"]), 2)
        by_x = np.tensordot(hessian[name]["x"], np.array(move["x"]), 1)
        np.testing.assert_allclose(along[name], by_weights + by_x, rtol=1e-11)

    def slopes(step: float) -> np.ndarray:
        moved = {n: (np.array(point[n]) + step * np.array(move[n])).tolist() for n in point}
        return np.asarray(graph.gradient(moved)["W"], dtype=float)

    by_differences = (slopes(1e-5) - slopes(-1e-5)) / 2e-5
    np.testing.assert_allclose(along["W"].astype(float), by_differences, rtol=1e-7)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("log x", {"x": -1}),
        ("log2 x", {"x": 0}),
        ("floor(x)", {"x": 1}),
        ("sign(x)", {"x": 0}),
        ("|x|", {"x": 0}),
        ("relu(x)^2", {"x": 0}),
        ("y |x|", {"x": 0, "y": 0}),
        ("huber(x, 0)", {"x": 1}),
        ("max(x, y)", {"x": 2, "y": 2}),
    ],
)
def test_what_is_no_derivative_has_no_second_one(text: str, point: dict[str, Any]) -> None:
    graph = chainrule.parse(text)
    assert type(graph.hessian(point)["x"]["x"]) is Undefined
    assert type(graph.hvp(point, {"x": 1})["x"]) is Undefined


def test_a_kink_leaves_the_other_inputs_alone() -> None:
    graph = chainrule.parse("y |x| + z^2")
    point = {"x": 0, "y": 0, "z": 1}
    rows = graph.hessian(point)
    assert rows["z"]["z"] == 2.0 and rows["y"]["y"] == 0.0 and rows["y"]["z"] == 0.0
    assert {type(entry) for entry in rows["x"].values()} == {Undefined}
    assert type(rows["y"]["x"]) is Undefined
    along = graph.hvp(point, {"z": 3, "x": 0})
    assert along["z"] == 6.0 and type(along["x"]) is Undefined


def test_numbers_that_doubles_lose_are_right() -> None:
    # d²/dx² ln(1 − σ(x)) = −σ(x)(1 − σ(x)), at 40 about −e^−40.
    found = chainrule.parse("log(1 - sigmoid(x))").hvp({"x": 40}, {"x": 1})["x"]
    assert float(found) == pytest.approx(-4.248354255291589e-18, rel=1e-12)


def test_refusals() -> None:
    with pytest.raises(GraphError, match="output is a vector"):
        chainrule.parse("v: 2; v * v").hessian({"v": [1, 2]})
    with pytest.raises(GraphError, match="'z' is not a variable; there are x"):
        chainrule.parse("x^2").hvp({"x": 1}, {"z": 1})
