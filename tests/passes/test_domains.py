"""A gradient graph exists only where its function does; short formulas stay short."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import Graph
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("log x", -1),
        ("atanh x", 2),
        ("acosh x", -2),
        ("logit(x)", 2),
        ("log(log x)", 0.5),
        ("x + 0 log x", -1),
        ("sqrt x", -1),
        ("1/x", 0),
        ("x^(1/2)", -1),
        ("lgamma(x)", -1),
    ],
)
def test_it_has_no_value_where_the_function_has_none(text: str, at: float) -> None:
    graph = Graph.parse(text)
    assert type(graph.evaluate({"x": at})) is Undefined
    assert type(graph.gradient_graph().evaluate({"x": at})) is Undefined
    # And where it has one, it is the derivative.
    inside = {"atanh x": 0.5, "logit(x)": 0.5, "log(log x)": 3}.get(text, 2)
    written = graph.gradient_graph().evaluate({"x": inside})
    assert written == pytest.approx(graph.gradient({"x": inside})["x"], rel=1e-12)


@pytest.mark.parametrize("text", ["x^2", "x/3", "sqrt x", "x log x", "sin(x) e^x"])
def test_nothing_is_added_where_the_formula_says_it_already(text: str) -> None:
    graph = Graph.parse(text).gradient_graph()
    assert "given" not in {op.name for op in graph.list.ops}


def test_an_input_that_is_not_used_has_the_derivative_zero() -> None:
    graph = Graph.parse("f = log x; g = y")
    assert graph.gradient({"x": -1, "y": 2}, output="f")["y"] == 0
    gradient = graph.gradient_graph()
    run = gradient.work({"x": -1, "y": 2}, zoom="primitive").run
    assert [run.value(output).shown for output in gradient.list.outputs] == [0, 1]


def test_one_entry_without_a_value_leaves_none_of_the_sum() -> None:
    gradient = Graph.parse("x: 2; sum(log(x))").gradient_graph()
    assert np.isnan(gradient.evaluate({"x": [1, -1]})).all()
    assert gradient.evaluate({"x": [1, 2]}).tolist() == [1, 0.5]


def test_a_batch_is_summed_in_the_gradient_graph_as_in_the_passes() -> None:
    point: dict[str, Any] = {"x": [[1.0, 2.0], [3.0, -4.0], [0.5, 0.25]], "w": [0.5, -1.0], "b": 2}
    for text in ("batch_mean((dot(w, x) + b)^2)", "(dot(w, x) + b)^2", "sum(w x) b"):
        graph = Graph.parse(f"x: 2; w: 2; {text}", batched=["x"])
        expected = graph.gradient(point)
        gradient = graph.gradient_graph()
        worked = gradient.work(point, zoom="primitive")
        for output, name in zip(gradient.list.outputs, graph.variables, strict=True):
            found = worked.run.value(output).public
            np.testing.assert_allclose(found, expected[name], rtol=1e-12)


def test_the_second_gradient_graph() -> None:
    twice = Graph.parse("x log x").gradient_graph().gradient_graph()
    assert twice.evaluate({"x": 4}) == pytest.approx(0.25)
    assert type(twice.evaluate({"x": -4})) is Undefined
    with pytest.raises(GraphError):
        Graph.parse("x: 2; log(x)").hessian({"x": [1, 2]})


def test_the_jump_of_atan2_is_one_of_its_first_operand() -> None:
    # Along the negative axis the angle stays π; across it, it jumps.
    gradient = Graph.parse("atan2(y, x)").gradient({"x": -1, "y": 0})
    assert gradient["x"] == 0
    assert isinstance(gradient["y"], Undefined)
    assert Graph.parse("atan2(0, x) + x").gradient({"x": -3}) == {"x": 1}
