"""Every operation's value, gradient and second derivative, in PyTorch and in JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.facade import Graph
from chainrule.graph.builder import Builder
from chainrule.ops import OPS
from chainrule.testing.laws import Case
from tests.crosscheck.libraries import JAX, LIBRARIES, TORCH, Library
from tests.laws.cases import CASES, LEAVES

CLOSE = 1e-12
# PyTorch's trigamma is the first terms of a series; the others are of the same family.
ROUGH = dict.fromkeys(("gamma", "lgamma", "digamma", "polygamma"), 1e-9)


def operands(case: Case) -> list[Any]:
    return [np.array(x, dtype=float) for x in case.operands]


def written(case: Case) -> tuple[Graph, dict[str, Any]]:
    """Return J = Σ w · op(x1, …), and a point; w tells the entries of a result apart."""
    builder = Builder()
    shapes = [np.shape(x) for x in case.operands]
    xs = [builder.input(f"x{i}", shape) for i, shape in enumerate(shapes, 1)]
    result = builder.write(case.op, xs, case.parameters)
    w = builder.input("w", result.shape)
    goal = builder.maths.collapse(result * w, shape=())
    graph = Graph.of(builder.finish([goal]))
    weights = np.linspace(0.5, 2, max(1, int(np.prod(result.shape)))).reshape(result.shape)
    point: dict[str, Any] = {f"x{i}": x.tolist() for i, x in enumerate(operands(case), 1)}
    return graph, point | {"w": weights.tolist()}


def theirs(library: Library, case: Case, weights: Any) -> Any:
    form = library.form(case.op.name)
    w = library.array(weights)
    return lambda *xs: (w * form(*xs, **case.parameters)).sum()


def near(got: Any, expected: Any, case: Case) -> None:
    close = ROUGH.get(case.op.name, CLOSE)
    np.testing.assert_allclose(
        np.array(got, dtype=float), np.asarray(expected), rtol=close, atol=close
    )


def named(case: Case) -> str:
    return f"{case.op.name}-{[other for other in CASES if other.op is case.op].index(case) + 1}"


def test_no_operation_is_left_out() -> None:
    assert {case.op.name for case in CASES} == set(OPS) - set(LEAVES)
    for library in LIBRARIES:
        for name in set(OPS) - set(LEAVES):
            assert callable(library.form(name))


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_value_and_gradient(case: Case, library: Library) -> None:
    graph, point = written(case)
    value, expected = library.gradient(theirs(library, case, point["w"]), operands(case))
    near(graph.evaluate(point), value, case)
    got = graph.gradient(point)
    for i, slope in enumerate(expected, 1):
        near(got[f"x{i}"], slope, case)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_second_derivatives(case: Case, sample_seed: int) -> None:
    graph, point = written(case)
    random = np.random.default_rng(sample_seed)
    given = operands(case)
    moves = [random.uniform(-1, 1, x.shape) for x in given]
    library = TORCH if case.op.name == "polygamma" else JAX
    expected = library.curved(theirs(library, case, point["w"]), given, moves)
    direction = {f"x{i}": move.tolist() for i, move in enumerate(moves, 1)}
    got = graph.hvp(point, direction)
    for i, slope in enumerate(expected, 1):
        near(got[f"x{i}"], slope, case)


@pytest.mark.parametrize("name", ["batch_sum", "batch_mean"])
def test_batches(name: str) -> None:
    builder = Builder()
    x, w = builder.input("x", (3,), batched=True), builder.input("w", (3,))
    gathered = builder.write(OPS[name], [builder.maths.tanh(x * w)])
    goal = builder.maths.collapse(gathered * gathered, shape=())
    point = {"x": np.linspace(-1, 1, 12).reshape(4, 3), "w": np.array([0.5, -1.0, 2.0])}
    graph = Graph.of(builder.finish([goal]))
    given = [point["x"], point["w"]]
    for library in LIBRARIES:

        def again(x: Any, w: Any, library: Library = library) -> Any:
            values = library.tanh(x * w)
            return ((values.sum(0) if name == "batch_sum" else values.mean(0)) ** 2).sum()

        value, expected = library.gradient(again, given)
        found, slopes = graph.compile()(**point)
        np.testing.assert_allclose(found, value, rtol=CLOSE)
        np.testing.assert_allclose(slopes["x"], expected[0], rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(slopes["w"], expected[1], rtol=CLOSE, atol=CLOSE)
