"""Arrays in tables and drawings: small ones in full, large ones as shape and norm."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule import Graph
from chainrule.algebras.array import Array
from chainrule.readings.latex import latex
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import text


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((), "2"),
        ((3,), "[2, 2, 2]"),
        ((2, 2), "[[2, 2], [2, 2]]"),
        ((4, 4), "[" + ", ".join(["[2, 2, 2, 2]"] * 4) + "]"),
        ((1, 5), "[1×5], ‖·‖ = 4.4721"),  # √(5·4)
        ((25,), "[25], ‖·‖ = 10"),
        ((5, 5), "[5×5], ‖·‖ = 10"),
    ],
)
def test_small_in_full_large_by_shape_and_norm(shape: tuple[int, ...], shown: str) -> None:
    assert text(numeral(Array(np.full(shape, 2.0), len(shape)))) == shown


def test_shape_and_norm_in_latex() -> None:
    term = numeral(Array(np.full((5, 5), 2.0), 2))
    assert latex(term) == r"[5\times 5] ,\  \|\cdot\|  = 10"


def test_a_large_array_without_a_norm() -> None:
    graph = Graph.parse("x: 30; y = log(x); f = sum(y)")
    shown = graph.reverse({"x": [1.0] * 29 + [-1.0]}).table().text()
    assert "‖·‖ = undef" in shown


def test_formulas_of_adjoints_are_those_of_matrices() -> None:
    graph = Graph.parse("W: 5x6; x: 6; a = W x; z = tanh(a); J = sum(z)")
    table = graph.reverse({"W": np.full((5, 6), 0.1).tolist(), "x": [1.0] * 6}).table()
    lines = table.text().replace("\u2009", " ")
    assert "∂a/∂W = a\u0304 xᵀ" in lines
    assert "∂a/∂x = Wᵀ a\u0304" in lines
    assert "[5×6], ‖·‖ = 0.5477" in lines  # √(30)·0.1
    assert r"\bar{a}" in table.latex()
    assert r"\top" in table.latex()


def test_a_drawing_shows_shape_and_norm() -> None:
    graph = Graph.parse("W: 5x6; x: 6; a = W x; J = sum(a)")
    point = {"W": np.full((5, 6), 0.1).tolist(), "x": [1.0] * 6}
    assert "5×6], ‖·‖ = 0.5477" in graph.draw(point, "dot").decode()
