"""A graph of vectors and the graph of its numbers agree; the lecture's network, cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule import Graph, GraphError
from chainrule.graph.builder import Builder
from chainrule.testing.laws import Case
from tests.laws.cases import CASES

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "golden_tables.json"
NETWORK = json.loads(GOLDEN.read_text("utf-8"))["c_neural_network_2_2_1"]
TEXT = """
    J = ystar log(y) + (1 - ystar) log(1 - y)
    y = sigmoid(b)
    b = betaᵀ concat(z0, z)
    z = sigmoid(a)
    a = alpha x
    x: 3; alpha: 2x3; beta: 3; z0: 1
"""


def by_number(graph: Graph, point: dict[str, Any]) -> dict[str, float]:
    """Return the point of an unrolled graph: inputs stand in the order of the entries."""
    entries = [float(x) for name in graph.variables for x in np.ravel(point[name])]
    return dict(zip(graph.unroll().variables, entries, strict=True))


@pytest.mark.parametrize("golden", NETWORK["points"])
def test_the_network_of_the_lecture(golden: dict[str, Any]) -> None:
    graph = Graph.parse(TEXT)
    point = {
        "ystar": float(golden["y*"]),
        "x": [float(x) for x in golden["x"]],
        "alpha": [[float(x) for x in row] for row in golden["alpha (rows j=1,2; columns i=0,1,2)"]],
        "beta": [float(x) for x in golden["beta"]],
        "z0": [1.0],
    }
    values = {name: float(x) for name, x in golden["values"].items()}
    adjoints = {name: float(x) for name, x in golden["adjoints_of_J"].items()}
    worked = graph.reverse(point)
    for name in ("b", "y", "J"):
        assert worked[f"value:{name}"] == pytest.approx(values[name], rel=1e-12)
        assert worked[f"adjoint:{name}"] == pytest.approx(adjoints[name], rel=1e-12)
    for name in ("a", "z"):
        rows = [values[f"{name}{j}"] for j in (1, 2)], [adjoints[f"{name}{j}"] for j in (1, 2)]
        np.testing.assert_allclose(worked[f"value:{name}"], rows[0], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(worked[f"adjoint:{name}"], rows[1], rtol=1e-12, atol=1e-15)
    by_alpha = [[adjoints[f"alpha{j}{i}"] for i in range(3)] for j in (1, 2)]
    np.testing.assert_allclose(worked["adjoint:alpha"], by_alpha, rtol=1e-12, atol=1e-15)
    by_beta = [adjoints[f"beta{j}"] for j in range(3)]
    np.testing.assert_allclose(worked["adjoint:beta"], by_beta, rtol=1e-12, atol=1e-15)
    # And number by number.
    numbers = graph.unroll().reverse(by_number(graph, point))
    for name in ("a1", "a2", "z1", "z2", "b", "y", "J"):
        assert numbers[f"value:{name}"] == pytest.approx(values[name], rel=1e-12, abs=1e-15)
        assert numbers[f"adjoint:{name}"] == pytest.approx(adjoints[name], rel=1e-12, abs=1e-15)
    for j in (1, 2):
        for i in range(3):
            found = numbers[f"adjoint:alpha{j}{i + 1}"]
            assert found == pytest.approx(adjoints[f"alpha{j}{i}"], rel=1e-12, abs=1e-15)


LABELS = ("one_hot", "cross_entropy_with_label")
VECTORS = [case for case in CASES if not case.is_scalar and case.op.name not in LABELS]


@pytest.mark.parametrize("case", VECTORS, ids=str)
def test_every_operation_on_vectors(case: Case) -> None:
    builder = Builder()
    operands = [builder.input(f"x{i}_", shape) for i, shape in enumerate(case.shapes)]
    result = builder.write(case.op, operands, case.parameters)
    graph = Graph.of(builder.finish([builder.maths.sum(result * result)]))
    point = {f"x{i}_": np.array(x, dtype=float).tolist() for i, x in enumerate(case.operands)}
    flat, numbers = by_number(graph, point), graph.unroll()
    assert numbers.list.is_scalar
    assert numbers.evaluate(flat) == pytest.approx(graph.evaluate(point), rel=1e-12)
    adjoints = [float(x) for value in graph.gradient(point).values() for x in np.ravel(value)]
    found = list(numbers.gradient(flat).values())
    assert found == pytest.approx(adjoints, rel=1e-11, abs=1e-13)


def test_names_of_entries() -> None:
    graph = Graph.parse("W: 2x2; b1: 2; w_h: 2; f = sum(W b1) + sum(w_h)")
    assert graph.unroll().variables == (
        "W11",
        "W12",
        "W21",
        "W22",
        "b1_1",
        "b1_2",
        "w_h_1",
        "w_h_2",
    )
    assert Graph.parse("x: 2; x1 + sum(x)").unroll().variables == ("x1", "x_1", "x_2")
    wide = Graph.parse("W: 11x1; sum(W)").unroll().variables
    assert wide[0] == "W1_1"
    assert wide[-1] == "W11_1"


def test_named_vectors_are_named_numbers_and_all_outputs_stay() -> None:
    graph = Graph.parse("x: 2; y = 2x; z = y^2").unroll()
    assert [graph.list.names[node] for node in graph.list.outputs] == ["z1", "z2"]
    assert {"y1", "y2"} <= graph.list.index.keys()


def test_numbers_are_left_as_they_are() -> None:
    graph = Graph.parse("J = cos(u); u = sin(t) + 3t; t = x^2")
    assert graph.unroll().reverse({"x": 1}).table().text() == graph.reverse({"x": 1}).table().text()


def test_what_cannot_be_unrolled() -> None:
    with pytest.raises(GraphError, match="allowed are 500"):
        Graph.parse("x: 300; sum(2x)").unroll()
    with pytest.raises(GraphError, match="has a batch"):
        Graph.parse("x: 2; sum(x)", batched=["x"]).unroll()
    with pytest.raises(GraphError, match="class"):
        Graph.parse("x: 2; cross_entropy_with_label(x, k)").unroll()
    fixed = Graph.parse("x: 2; cross_entropy_with_label(x, 1)")
    assert fixed.unroll().evaluate({"x1": 1, "x2": 2}) == pytest.approx(
        fixed.evaluate({"x": [1, 2]})
    )
