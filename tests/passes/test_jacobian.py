"""The Jacobian both ways, and what it costs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import chainrule
from chainrule import GraphError
from chainrule.passes.counting import Counts
from chainrule.passes.jacobian import entries
from tests.laws.test_graphs import drawn_graph

LAYER = "W: 2x3; x: 3; b: 2; h = tanh(W @ x + b)"
POINT = {"W": [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]], "x": [1, 2, -1], "b": [0.5, -0.25]}


@pytest.mark.parametrize("draw", range(12))
def test_both_ways_agree(draw: int, sample_seed: int) -> None:
    graph, drawn = drawn_graph(sample_seed * 1000 + 900 + draw, inputs=1 + draw % 4, steps=15)
    point = {n: Fraction(str(x)) for n, x in zip(graph.inputs, drawn, strict=True)}
    rows, columns = entries(graph, point, "reverse"), entries(graph, point, "forward")
    assert rows.keys() == columns.keys()
    for key, number in rows.items():
        other = columns[key].shown
        assert abs(number.shown - other) <= 1e-12 * abs(other)


def test_both_ways_agree_with_sympy() -> None:
    text = "f = x y sin z; g = x^2 + e^(y z); h = z"
    graph = chainrule.parse(text)
    point = {"x": 0.5, "y": 2, "z": -0.75}
    x, y, z = symbols = sympy.symbols("x y z")
    wanted = {"f": x * y * sympy.sin(z), "g": x**2 + sympy.exp(y * z), "h": z}
    at = dict(zip(symbols, (sympy.Rational(1, 2), 2, sympy.Rational(-3, 4)), strict=True))
    for mode in ("reverse", "forward"):
        found = graph.jacobian(point, mode)
        assert found.mode == mode and set(found) == {"f", "g", "h"}
        for name, formula in wanted.items():
            for symbol in symbols:
                want = float(formula.diff(symbol).subs(at))
                assert found[name][symbol.name] == pytest.approx(want, rel=1e-14)


def test_the_cheaper_way_is_taken_and_both_are_told() -> None:
    tall = chainrule.parse("a = sin t; b = cos t; c = e^t").jacobian({"t": 1})
    assert tall.mode == "forward"
    assert (tall.cost["forward"].passes, tall.cost["reverse"].passes) == (1, 3)
    wide = chainrule.parse("x y z").jacobian({"x": 1, "y": 2, "z": 3})
    assert wide.mode == "reverse"
    # Two products; in reverse four multiplications, in forward mode three passes: 2 + 2 + 1.
    assert wide.cost["reverse"].operations == 2 + 4
    assert wide.cost["forward"].operations == 2 + 5


def test_outputs_without_a_name_have_the_label_of_the_table() -> None:
    assert chainrule.parse("x^2").jacobian({"x": 3}) == {"f": {"x": 6.0}}


def test_blocks_between_vectors() -> None:
    graph = chainrule.parse(LAYER)
    rows, columns = graph.jacobian(POINT, "reverse"), graph.jacobian(POINT, "forward")
    weights, x, b = (np.array(POINT[name], float) for name in "Wxb")
    slope = 1 - np.tanh(weights @ x + b) ** 2
    wanted = {
        "W": np.einsum("i,ij,k->ijk", slope, np.eye(2), x),
        "x": slope[:, None] * weights,
        "b": np.diag(slope),
    }
    for name, want in wanted.items():
        for found in (rows, columns):
            assert found["h"][name].shape == want.shape
            np.testing.assert_allclose(found["h"][name], want, rtol=1e-12, atol=1e-15)
    assert (rows.cost["reverse"].passes, rows.cost["forward"].passes) == (2, 6 + 3 + 2)
    assert graph.jacobian(POINT).mode == "reverse"


def test_kinks_that_conventions_miss_are_repaired_both_ways() -> None:
    graph = chainrule.parse("relu(x) - relu(-x)")
    for mode in ("reverse", "forward"):
        assert graph.jacobian({"x": 0}, mode)["f"]["x"] == 1


def test_refusals() -> None:
    with pytest.raises(GraphError, match="no mode 'sideways'; there are reverse, forward"):
        chainrule.parse("x").jacobian({"x": 1}, "sideways")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "values", "partials", "forward", "reverse", "kept"),
    [
        # The example counted by hand: t = x² (partial 2x), sin t (cos t), 3t (the constant 3),
        # the sum (free), cos u (−sin u: two operations).
        ("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2", 5, 4, 5, 5, 3),
        ("x y", 1, 0, 1, 2, 2),
        ("x + y", 1, 0, 0, 0, 0),
        ("x x", 1, 0, 3, 3, 1),
    ],
)
def test_counts(
    text: str, values: int, partials: int, forward: int, reverse: int, kept: int
) -> None:
    counts = Counts(chainrule.parse(text).list)
    graph = counts.graph
    found: list[Any] = [counts.values, counts.partials, counts.forward(graph.inputs[0])]
    found += [counts.reverse(graph.outputs[0]), counts.kept]
    assert found == [values, partials, forward, reverse, kept]
    assert counts.differences(graph.inputs[0]) == 2 * values + 4


def test_reverse_mode_costs_a_small_multiple_of_the_value() -> None:
    # The cheap gradient principle (Griewank and Walther, chapter 4): at most five times.
    graph = chainrule.parse("*".join(f"(x{i} + {i + 1})" for i in range(60)))
    counts = Counts(graph.list)
    assert counts.reverse(graph.list.outputs[0]) + counts.partials <= 4 * counts.values
