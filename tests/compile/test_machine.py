"""Very large graphs in double precision against the passes, and what does not exist."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest

from chainrule import Graph
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.compile import compiled, jit
from chainrule.compile.machine import Machine, Unsettled
from chainrule.errors import GraphError
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.passes.record import record
from chainrule.testing.laws import Case
from tests.compile import machine_code
from tests.laws.cases import SCALAR_CASES
from tests.laws.test_graphs import drawn_graph

EDGES = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -1.5, math.pi / 2)


WAYS_FAST = ("in machine code", "in machine code, sorted")


@pytest.fixture(params=["one by one", "in groups", *WAYS_FAST])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Machine, "_is_wide", request.param in ("in groups", WAYS_FAST[1]))
    if request.param in WAYS_FAST:
        monkeypatch.setattr(jit, "is_there", lambda: True)
        monkeypatch.setattr(jit, "compiled", machine_code.in_python)
        monkeypatch.setitem(Machine.__init__.__kwdefaults__, "fast", True)
    return str(request.param)


def assert_as_the_passes(graph: WengertList, point: dict[int, float]) -> bool:
    """Compare, and return whether there was a number to compare."""
    goal = graph.outputs[0]
    run = record(graph, FLOAT64, point, "reverse", {goal: 1.0})
    wanted = [run.values[goal], *(run.derivatives.get(n, 0.0) for n in graph.inputs)]
    try:
        value, slopes = Machine(graph, goal).value_and_grad(point)
    except Unsettled:
        return False
    assert not any(isinstance(x, Undefined) for x in wanted), (point, wanted, value, slopes)
    for found, number in zip([value, *slopes.values()], wanted, strict=True):
        assert math.isclose(found, number, rel_tol=1e-13, abs_tol=1e-13)
    return True


@pytest.mark.parametrize("case", SCALAR_CASES, ids=str)
def test_every_operation(case: Case, way: str) -> None:
    builder = Builder()
    operands = [builder.input(f"x{i}") for i in range(len(case.operands))]
    graph = builder.finish([builder.write(case.op, operands, case.parameters)])
    point = {node: float(x) for node, x in zip(graph.inputs, case.operands, strict=True)}
    assert assert_as_the_passes(graph, point)


ENTRYWISE = [op for op in {case.op for case in SCALAR_CASES} if op.arity]


@pytest.mark.parametrize("op", sorted(ENTRYWISE, key=lambda op: op.name), ids=lambda op: op.name)
def test_what_does_not_exist_is_no_number(op: Op, way: str) -> None:
    builder = Builder()
    operands = [builder.input(f"x{i}") for i in range(op.arity or 0)]
    graph = builder.finish([builder.write(op, operands)])
    compared = [
        assert_as_the_passes(graph, dict(zip(graph.inputs, numbers, strict=True)))
        for numbers in itertools.product(EDGES, repeat=op.arity or 0)
    ]
    assert any(compared)


@pytest.mark.parametrize("draw", range(20))
def test_drawn_graphs(draw: int, way: str, sample_seed: int) -> None:
    graph, point = drawn_graph(sample_seed * 1000 + 900 + draw, inputs=4, steps=60)
    numbers = dict(zip(graph.inputs, map(float, point), strict=True))
    assert_as_the_passes(graph, numbers)


def chain(steps: int, seed: int) -> tuple[WengertList, list[tuple[str, float]]]:
    """Return x → a sin x or x + a, so many times, and the steps."""
    generator, builder = random.Random(seed), Builder()
    x = builder.input("x")
    done = [(generator.choice(("sin", "add")), generator.uniform(-1, 1)) for _ in range(steps)]
    for kind, number in done:
        x = builder.maths.sin(x) * number if kind == "sin" else x + number
    return builder.finish([x]), done


def test_a_deep_chain_has_no_recursion(sample_seed: int) -> None:
    graph, done = chain(30_000, sample_seed)
    x, slope = 0.5, 1.0
    for kind, number in done:
        x, slope = (
            (math.sin(x) * number, slope * math.cos(x) * number)
            if kind == "sin"
            else (x + number, slope)
        )
    whole = Graph.of(graph)
    assert math.isclose(whole.gradient({"x": "1/2"})["x"], slope, rel_tol=1e-9, abs_tol=1e-300)
    value, gradient = compiled(graph)(x=[0.5, 0.5])
    assert value.tolist() == pytest.approx([x, x], rel=1e-12)
    assert gradient["x"].tolist() == pytest.approx([slope, slope], rel=1e-9)


def test_a_wide_graph_goes_in_groups(sample_seed: int) -> None:
    generator, builder = random.Random(sample_seed), Builder()
    inputs = [builder.input(f"x{i}") for i in range(50)]
    terms = [builder.maths.sin(a * b) for a, b in itertools.permutations(inputs, 2)] + [
        builder.maths.exp(-a * a * b) for a, b in itertools.permutations(inputs, 2)
    ]
    while len(terms) > 1:
        pairs = itertools.zip_longest(terms[::2], terms[1::2])
        terms = [a if b is None else a + b for a, b in pairs]
    graph = builder.finish(terms)
    machine = Machine(graph, graph.outputs[0])
    assert machine._is_wide
    point = {node: generator.uniform(-1, 1) for node in graph.inputs}
    _, slopes = machine.value_and_grad(point)
    x = list(point.values())
    for k, slope in enumerate(slopes.values()):
        others = [x[j] for j in range(50) if j != k]
        wanted = sum(2 * b * math.cos(x[k] * b) for b in others)
        wanted += sum(-2 * x[k] * b * math.exp(-x[k] * x[k] * b) for b in others)
        wanted += sum(-a * a * math.exp(-a * a * x[k]) for a in others)
        assert math.isclose(slope, wanted, rel_tol=1e-11)


def test_where_there_is_none_the_passes_say_why() -> None:
    graph = Graph.parse("log(x) + floor(y)")
    found: dict[str, Any] = graph.gradient({"x": -1, "y": 1}, proven=False)
    assert isinstance(found["x"], Undefined) and found["x"].op == "log"
    assert isinstance(graph.gradient({"x": 1, "y": 1}, proven=False)["y"], Undefined)
    assert graph.gradient({"x": 2, "y": "1/2"}, proven=False) == {"x": 0.5, "y": 0.0}


def test_double_precision_alone_is_not_proven() -> None:
    graph = Graph.parse("(x + 1e17) - x")
    assert graph.gradient({"x": 3}, proven=False) == {"x": 0.0}
    kink = Graph.parse("relu(x) - relu(-x)")
    assert kink.gradient({"x": 0}) == {"x": 1.0}
    assert kink.gradient({"x": 0}, proven=False) == {"x": 0.0}
    with pytest.raises(GraphError, match="compile"):
        Graph.parse("x: 3; sum(x)").gradient({"x": [1, 2, 3]}, proven=False)


def test_what_is_too_large_to_read_has_no_source() -> None:
    graph, _ = chain(15_000, 1)
    made = compiled(graph)
    with pytest.raises(GraphError, match="have no source"):
        assert made.source
    assert set(OPS) >= {op.name for op in graph.ops}
