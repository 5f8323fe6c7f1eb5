"""Vectors and matrices in text: entries, reductions, losses, shapes that do not fit, batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule import Graph, ParseError
from chainrule.errors import GraphError

X = [1.0, -2.0, 4.0]


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("x[0]^2 + x[2]", 5, [2, 0, 1]),
        ("sum(2x)", 6, [2, 2, 2]),
        ("mean(x)", 1, [1 / 3] * 3),
        ("max(x)", 4, [0, 0, 1]),
        ("min(x)", -2, [0, 1, 0]),
        ("max(x[0], x[1])", 1, [1, 0, 0]),
        ("prod(x)", -8, [-8, 4, -2]),
        ("norm(x)", math.sqrt(21), [v / math.sqrt(21) for v in X]),
        ("dot(x, x)", 21, [2, -4, 8]),
        ("xᵀx", 21, [2, -4, 8]),
        ("logsumexp(x)", math.log(sum(map(math.exp, X))), None),
        ("softmax(x)[0]", math.e / sum(map(math.exp, X)), None),
        ("log_softmax(x)[1]", -2 - math.log(sum(map(math.exp, X))), None),
        ("concat(x, x)[4]", -2, [0, 1, 0]),
        ("squared_error(x, 1)", (0 + 9 + 9) / 3, [0, -2, 2]),
        ("absolute_error(x, 0)", 7 / 3, [1 / 3, -1 / 3, 1 / 3]),
        ("cross_entropy_with_label(x, 2)", math.log(sum(map(math.exp, X))) - 4, None),
    ],
)
def test_a_number_of_a_vector(text: str, value: float, slope: list[float] | None) -> None:
    graph = Graph.parse(f"x: 3; {text}")
    assert graph.evaluate({"x": X}) == pytest.approx(value)
    found = graph.gradient({"x": X})["x"]
    assert isinstance(found, np.ndarray)
    if slope is None:
        slope = [
            float(
                graph.evaluate({"x": [v + (i == k) * 1e-6 for k, v in enumerate(X)]})
                - graph.evaluate({"x": [v - (i == k) * 1e-6 for k, v in enumerate(X)]})
            )
            / 2e-6
            for i in range(3)
        ]
    np.testing.assert_allclose(found, slope, rtol=1e-6, atol=1e-8)


def test_entries_of_matrices() -> None:
    graph = Graph.parse("W: 2x3; W[1][2] + W[0, 1]")
    found = graph.gradient({"W": [[1, 2, 3], [4, 5, 6]]})["W"]
    assert found.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert Graph.parse("W: 2x3; sum(W[1])").evaluate({"W": [[1, 2, 3], [4, 5, 6]]}) == 15


def test_of_a_number_they_are_the_number() -> None:
    for text, op in (("sum(x)", "input"), ("norm(x)", "abs"), ("dot(x, y)", "mul")):
        graph = Graph.parse(text)
        assert graph.list.is_scalar
        assert graph.list.ops[graph.list.outputs[0]].name == op


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("W: 3x2; x: 3; W @ x", 14, ("(3, 2)", "(3,)")),
        ("x: 2; y: 3;\n x + y", 13, ("(2,)", "(3,)")),
        ("x: 2; x[2]", 6, ("(2,)", "entry 2", "0 to 1")),
        ("x: 2; x[0][0]", 6, ("no entries",)),
        ("t + x[0]", 4, ("no entries",)),
        ("x: 4x4; k: 5x1; conv2d(x, k)", 16, ("(4, 4)", "(5, 1)")),
        ("x: 4x4; k: 2x2; conv2d(x, k, stride=1/2)", 16, ("stride", "1/2")),
        ("x: 2; y: 3; dot(x, y)", 12, ("(2,)", "(3,)")),
        ("x: 2; softmax(1)", 6, ("no entries",)),
        ("x: 2; y: 2x2; concat(x, y)", 14, ("(2,)", "(2, 2)")),
    ],
)
def test_shapes_that_do_not_fit(text: str, position: int, words: tuple[str, ...]) -> None:
    with pytest.raises(ParseError) as caught:
        Graph.parse(text)
    assert caught.value.position == position
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x [0]",
        "x[-1]",
        "x[0:1]",
        "x[]",
        "x[a]",
        "x[0",
        "x0]",
        "x[1e3]",
        "x[0,]",
        "x[9999999]",
        "f.x[0]",
        "x[0](1)[",
        "x['a']",
        "x[__class__]",
    ],
)
def test_other_brackets_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Graph.parse(f"x: 2; {text}")


def test_an_entry_without_a_value_keeps_its_reason() -> None:
    graph = Graph.parse("x: 3; y = log(x); f = sum(y)")
    worked = graph.reverse({"x": [1, -1, 2]})
    found = worked.number("value:y")
    assert found.undefined is not None
    assert (found.undefined.op, found.undefined.entry) == ("log", (1,))
    shown = worked["value:y"]
    assert shown[0] == 0
    assert math.isnan(shown[1])
    assert shown[2] == pytest.approx(math.log(2))


def test_a_tie_among_entries_is_flagged_as_a_kink() -> None:
    graph = Graph.parse("x: 3; f = max(x)")
    worked = graph.reverse({"x": [1, 3, 3]})
    assert worked.run.kinks == (graph.list.index["f"],)
    assert worked["adjoint:x"].tolist() == [0, 0.5, 0.5]
    assert Graph.parse("x: 2; f = sum(relu(x))").reverse({"x": [0, 1]}).run.kinks
    assert not Graph.parse("x: 2; f = sum(relu(x))").reverse({"x": [2, 1]}).run.kinks


def test_a_batch_in_text() -> None:
    text = "x: 2; w: 2; batch_mean((dot(w, x) - t)^2)"
    graph = Graph.parse(text, batched=["x", "t"])
    rows: dict[str, Any] = {"x": [[1, 2], [3, 4], [5, 6]], "t": [1, 2, 3]}
    weights = [0.5, -1]
    residuals = np.array(rows["x"]) @ weights - rows["t"]
    assert graph.evaluate({**rows, "w": weights}) == pytest.approx(np.mean(residuals**2))
    found = graph.gradient({**rows, "w": weights})
    np.testing.assert_allclose(found["w"], 2 * residuals @ np.array(rows["x"]) / 3)
    np.testing.assert_allclose(found["t"], -2 * residuals / 3)
    with pytest.raises(GraphError, match="q cannot carry a batch"):
        Graph.parse("x^2", batched=["q"])
