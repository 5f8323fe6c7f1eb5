"""Compiled functions against the passes, example by example, and against differences."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from chainrule import Graph
from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS
from chainrule.algebras.float64 import FLOAT64
from chainrule.compile import compiled
from chainrule.errors import GraphError, InputError, PointError, ShapeError
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.passes.record import record
from chainrule.testing.laws import Case
from tests.laws.cases import CASES, SCALAR_CASES
from tests.laws.test_graphs import drawn_graph


def close(a: Any, b: Any, tolerance: float = 1e-12) -> bool:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    assert a.shape == b.shape
    return bool(np.all(np.abs(a - b) <= tolerance * (1 + np.abs(b))))


@pytest.mark.parametrize("case", SCALAR_CASES, ids=str)
def test_every_operation_has_a_form_in_numpy(case: Case) -> None:
    builder = Builder()
    operands = [builder.input(f"x{i}") for i in range(len(case.operands))]
    graph = builder.finish([builder.write(case.op, operands, case.parameters)])
    point = {f"x{i}": float(x) for i, x in enumerate(case.operands)}
    value, gradient = compiled(graph)(point)
    numbers = [FLOAT64.number(x) for x in case.operands]
    expected = FLOAT64.apply(case.op, case.parameters, numbers)
    assert close(value, expected)
    for slot, slope in enumerate(gradient.values()):
        partial = FLOAT64.partial(case.op, case.parameters, slot, expected, numbers)
        assert close(slope, partial)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("case", [c for c in CASES if not c.is_scalar], ids=str)
def test_every_operation_on_arrays_has_one(case: Case, batched: bool, sample_seed: int) -> None:
    builder = Builder()
    generator = np.random.default_rng(sample_seed)
    operands = [
        builder.input(f"x{i}", shape, batched=batched and not i)
        for i, shape in enumerate(case.shapes)
    ]
    result = builder.write(case.op, operands, case.parameters)
    graph = builder.finish([builder.maths.sum(result * result) if result.ndim else result])
    point = {f"x{i}": np.array(x, dtype=float) for i, x in enumerate(case.operands)}
    if batched:
        point["x0"] = point["x0"] + generator.normal(size=(3, *point["x0"].shape)) / 32
    value, gradient = compiled(graph)(point)
    at = {n: Array(point[graph.names[n]], len(graph.shape(n))) for n in graph.inputs}
    run = record(graph, ARRAYS, at, "reverse", {graph.outputs[0]: 1})
    assert close(value, run.values[graph.outputs[0]].data)
    for node in graph.inputs:
        assert close(gradient[graph.names[node]], run.derivatives[node].data)


@pytest.mark.parametrize("draw", range(12))
def test_drawn_graphs_at_many_points(draw: int, sample_seed: int) -> None:
    graph, point = drawn_graph(sample_seed * 1000 + 700 + draw, inputs=3, steps=15)
    generator = np.random.default_rng(sample_seed + draw)
    centre = np.array([float(x) for x in point])
    points = centre[:, None] + generator.normal(size=(3, 4)) * 1e-3
    names = [graph.names[node] for node in graph.inputs]
    values, gradient = compiled(graph)(dict(zip(names, points, strict=True)))
    for k in range(4):
        at = dict(zip(graph.inputs, map(float, points[:, k]), strict=True))
        run = record(graph, FLOAT64, at, "reverse", {graph.outputs[0]: 1.0})
        if any(not isinstance(x, float) for x in run.values):
            continue
        assert close(values[k], run.values[graph.outputs[0]], 1e-10)
        for node, name in zip(graph.inputs, names, strict=True):
            assert close(gradient[name][k], run.derivatives.get(node, 0.0), 1e-9)


def network(batched: bool) -> WengertList:
    builder = Builder()
    m = builder.maths
    x = builder.input("x", (2,), batched=batched)
    t = builder.input("t", (1,), batched=batched)
    w1, b1 = builder.input("W1", (3, 2)), builder.input("b1", (3,))
    w2, b2 = builder.input("W2", (1, 3)), builder.input("b2", (1,))
    hidden = m.tanh(w1 @ x + b1)
    return builder.finish([m.batch_mean(m.sum((w2 @ hidden + b2 - t) ** 2))])


WEIGHTS = ("W1", "b1", "W2", "b2")


def drawn_point(seed: int, batch: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    shapes = {"x": (batch, 2), "t": (batch, 1), "W1": (3, 2), "b1": (3,), "W2": (1, 3), "b2": (1,)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def test_a_batch_is_the_mean_of_its_examples(sample_seed: int) -> None:
    point = drawn_point(sample_seed, 5)
    value, gradient = compiled(network(True), wrt=WEIGHTS)(**point)
    alone = compiled(network(False), wrt=WEIGHTS)
    runs = [alone({**point, "x": point["x"][i], "t": point["t"][i]}) for i in range(5)]
    assert close(value, np.mean([v for v, _ in runs]))
    for name in WEIGHTS:
        assert close(gradient[name], np.mean([g[name] for _, g in runs], axis=0))


@pytest.mark.parametrize("batched", [False, True])
def test_a_network_as_the_passes_have_it(batched: bool, sample_seed: int) -> None:
    graph = network(batched)
    point = drawn_point(sample_seed, 4)
    if not batched:
        point |= {"x": point["x"][0], "t": point["t"][0]}
    value, gradient = compiled(graph)(point)
    at = {n: Array(point[graph.names[n]], len(graph.shape(n))) for n in graph.inputs}
    run = record(graph, ARRAYS, at, "reverse", {graph.outputs[0]: 1})
    assert close(value, run.values[graph.outputs[0]].data)
    for node in graph.inputs:
        assert close(gradient[graph.names[node]], run.derivatives[node].data)


def test_an_output_of_many_examples_keeps_them() -> None:
    builder = Builder()
    x, w = builder.input("x", batched=True), builder.input("w")
    graph = builder.finish([x + w])
    value, gradient = compiled(graph)(x=[1, 2, 3], w=10)
    assert value.tolist() == [11, 12, 13]
    assert gradient["x"].tolist() == [1, 1, 1]
    assert gradient["w"] == 3


def test_constants_are_repeated_for_every_point() -> None:
    value, gradient = Graph.parse("x + 2y").compile()(x=[1, 2], y=1)
    assert value.tolist() == [3, 4]
    assert gradient["x"].tolist() == [1, 1]
    assert gradient["y"].tolist() == [2, 2]
    assert Graph.parse("x: 3; sum(x)").compile()(x=[1, 2, 3])[1]["x"].tolist() == [1, 1, 1]


def test_only_what_is_asked_for() -> None:
    graph = Graph.parse("f = x^2 y; g = x + y")
    assert set(graph.compile(wrt=["y"])(x=2, y=3)[1]) == {"y"}
    assert graph.compile("value", output="f")(x=2, y=3) == 12
    assert "value_and_grad" not in graph.compile("value").source


def test_a_graph_with_folds() -> None:
    graph = Graph.parse("J = cos(u); u = sin(t) + 3t; t = x^2")
    for zoom in ("step", "named"):
        value, gradient = graph.zoom(zoom).compile()(x=1)
        assert close(value, math.cos(math.sin(1) + 3))
        assert close(gradient["x"], -math.sin(math.sin(1) + 3) * (math.cos(1) * 2 + 6))


def test_where_there_is_no_value() -> None:
    value, _gradient = Graph.parse("log x + 1/y").compile()(x=[-1, 1], y=[1, 0])
    assert math.isnan(value[0])
    assert math.isinf(value[1])


def test_the_source_is_whole_and_holds_no_text_of_a_user() -> None:
    graph = Graph.parse("secret_name = erf(theta) + 0.1 rate")
    made = graph.compile()
    for name in ("secret", "theta", "rate"):
        assert name not in made.source
    assert made.variables["theta"] in made.source
    module: dict[str, Any] = {}
    exec(made.source, module)
    value, by_theta, by_rate = module["value_and_grad"](0.5, 2.0)
    assert close(value, math.erf(0.5) + 0.2)
    assert close(by_theta, 2 / math.sqrt(math.pi) * math.exp(-0.25))
    assert by_rate == float(Fraction(1, 10))


def test_what_cannot_be_used_is_named() -> None:
    made = compiled(network(True), wrt=WEIGHTS)
    point = drawn_point(0, 3)
    with pytest.raises(PointError, match="No value is given for b2"):
        made({k: v for k, v in point.items() if k != "b2"})
    with pytest.raises(PointError, match="q, which is not an input"):
        made(point, q=1)
    with pytest.raises(PointError, match="not made of numbers"):
        made({**point, "b1": ["a", 1, 2]})
    with pytest.raises(ShapeError, match=r"W1 has the shape \(2, 2\); it takes \(3, 2\)"):
        made({**point, "W1": np.zeros((2, 2))})
    with pytest.raises(ShapeError, match=r"x has the shape \(2,\); it takes \(batch, 2\)"):
        made({**point, "x": np.zeros(2)})
    with pytest.raises(ShapeError, match="different sizes: x 3, t 2"):
        made({**point, "t": np.zeros((2, 1))})
    with pytest.raises(ShapeError, match="points do not fit"):
        Graph.parse("x y").compile()(x=[1, 2], y=[1, 2, 3])
    with pytest.raises(GraphError, match="'z' is not a variable"):
        Graph.parse("x y").compile(wrt=["z"])
    with pytest.raises(GraphError, match="no outputs 'hvp'"):
        Graph.parse("x y").compile("hvp")


@pytest.mark.parametrize("formula", ["relu(x)", "|x|", "max(0, x)", "clip(x, 0, 1)", "hinge(x, 1)"])
def test_no_derivative_at_kinks_is_refused_in_words(formula: str) -> None:
    graph = Graph.parse(formula, kink="undefined")
    with pytest.raises(InputError, match='"undefined"; compiled code') as caught:
        graph.compile()
    assert "0, 1/2 or 1" in caught.value.allowed
    # The value needs no derivative, and every other choice is a number.
    assert graph.compile("value")(x=2.0) == Graph.parse(formula).evaluate({"x": 2})
    assert Graph.parse(formula, kink="1/2").compile()(x=2.0)[0] == graph.evaluate({"x": 2})


@pytest.mark.parametrize(
    ("library", "line"), [("jax", "import jax.numpy as jnp"), ("torch", "import torch")]
)
def test_source_for_a_library_needs_no_library(library: str, line: str) -> None:
    made = Graph.parse("theta = erf(x) y; theta^2").compile(library)
    assert line in made.source.splitlines() and " np." not in made.source
    assert "theta" not in made.source
    windows = Graph.parse("x: 4x4; k: 2x2; sum(conv2d(x, k))").compile(library)
    assert windows.source.index("def windows") < windows.source.index("def patches")


def test_a_result_that_is_the_same_everywhere_is_a_tensor() -> None:
    made = Graph.parse("3x + y").compile("torch")
    assert made.source.endswith("return v4, tensor(3), tensor(1),\n")
