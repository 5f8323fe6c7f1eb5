"""The walks: evaluate, linearise, forward and reverse, on graphs small enough to do by hand."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.passes.misconceptions import LEDGERS, OverwritingLedger
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.walks import (
    Evaluate,
    Linearise,
    Push,
    Seed,
    Share,
    evaluate,
    forward,
    linearise,
    reverse,
)
from chainrule.testing.digits import digits_algebra
from tests.golden.lectures import simple_example

DIGITS = digits_algebra(50)


def run(
    graph: WengertList, mode: Mode, seeds: dict[str, float] | None = None, **point: Any
) -> Record:
    """Run in double precision with inputs and seeds by name; default seed: the main output."""
    started = {graph.index[name]: seed for name, seed in (seeds or {}).items()}
    return record(
        graph,
        FLOAT64,
        {graph.index[name]: value for name, value in point.items()},
        mode,
        started or {graph.outputs[0]: 1.0},
    )


def diamond() -> WengertList:
    """Return z = a·b of a = 2x and b = x + 5."""
    builder = Builder()
    x = builder.input("x")
    a = builder.name(2 * x, "a")
    b = builder.name(x + 5, "b")
    return builder.finish([builder.name(a * b, "z")])


def test_the_diamond() -> None:
    # z = 2x(x + 5), dz/dx = 4x + 10
    graph = diamond()
    back = run(graph, "reverse", x=3.0)
    assert back.values[graph.index["z"]] == 48
    named = {graph.names[n]: d for n, d in back.derivatives.items() if n in graph.names}
    assert named == {"z": 1, "a": 8, "b": 6, "x": 22}
    ahead = run(graph, "forward", {"x": 1.0}, x=3.0)
    named = {graph.names[n]: d for n, d in ahead.derivatives.items() if n in graph.names}
    assert named == {"x": 1, "a": 2, "b": 1, "z": 22}


def test_both_edges_of_a_square_are_kept() -> None:
    builder = Builder()
    x = builder.input("x")
    graph = builder.finish([builder.name(x * x, "y")])
    back = run(graph, "reverse", x=7.0)
    y = graph.index["y"]
    assert back.local == {(y, 0): 7.0, (y, 1): 7.0}
    assert back.flowing == {(y, 0): 7.0, (y, 1): 7.0}
    assert back.derivatives[graph.index["x"]] == 14
    assert run(graph, "forward", {"x": 1.0}, x=7.0).derivatives[y] == 14


def test_a_constant_output_sends_nothing_back() -> None:
    builder = Builder()
    builder.input("x")
    graph = builder.finish([builder.name(builder.number(Fraction(3)) * 2, "c")])
    back = run(graph, "reverse", x=1.0)
    assert back.values[graph.index["c"]] == 6
    assert graph.index["x"] not in back.derivatives
    assert not back.local
    ahead = run(graph, "forward", {"x": 1.0}, x=1.0)
    assert graph.index["c"] not in ahead.derivatives


def test_an_input_that_the_output_does_not_use_gets_no_share() -> None:
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    product = builder.name(x * 2, "J")
    graph = builder.finish([product, builder.name(y * 3, "K")])
    back = run(graph, "reverse", x=1.0, y=1.0)
    assert back.derivatives[graph.index["x"]] == 2
    assert graph.index["y"] not in back.derivatives


def test_two_outputs() -> None:
    # p = x y and q = x + y
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    graph = builder.finish([builder.name(x * y, "p"), builder.name(x + y, "q")])

    def row(**seeds: float) -> list[float]:
        back = run(graph, "reverse", seeds, x=2.0, y=5.0)
        return [back.derivatives[n] for n in graph.inputs]

    assert row(p=1.0) == [5, 2]
    assert row(q=1.0) == [1, 1]
    # An adjoint at both outputs is the sum of the rows.
    assert row(p=10.0, q=3.0) == [53, 23]
    column = run(graph, "forward", {"x": 1.0}, x=2.0, y=5.0).derivatives
    assert [column[n] for n in graph.outputs] == [5, 1]


def test_an_output_inside_the_graph_of_another() -> None:
    # a = x², b = 3a: both are outputs.
    builder = Builder()
    x = builder.input("x")
    a = builder.name(x * x, "a")
    graph = builder.finish([builder.name(3 * a, "b"), a])
    back = run(graph, "reverse", {"a": 1.0, "b": 1.0}, x=2.0)
    assert back.derivatives[graph.index["a"]] == 1 + 3
    assert back.derivatives[graph.index["x"]] == 16


def test_a_scalar_bias_is_broadcast_forward_and_summed_in_reverse() -> None:
    builder = Builder()
    w, b = builder.input("w", (3,)), builder.input("b")
    graph = builder.finish([builder.name(w * 2 + b, "y")])
    point = {0: ARRAYS.array([1.0, 2.0, 3.0], (3,)), 1: ARRAYS.array(0.5, ())}
    y = graph.index["y"]
    ahead = record(graph, ARRAYS, point, "forward", {1: 1})
    assert ahead.derivatives[y].data.tolist() == [1, 1, 1]
    bar = ARRAYS.array([1.0, 10.0, 100.0], (3,))
    back = record(graph, ARRAYS, point, "reverse", {y: bar})
    assert back.derivatives[1].data.tolist() == 111
    assert back.derivatives[1].shape == ()
    assert back.derivatives[0].data.tolist() == [2, 20, 200]


def test_a_vector_bias_is_summed_over_the_batch() -> None:
    builder = Builder()
    x, b = builder.input("x", (2,), batched=True), builder.input("b", (2,))
    graph = builder.finish([builder.name(x * x + b, "y")])
    entries = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    point = {0: ARRAYS.array(entries, (2,), batched=True), 1: ARRAYS.array([0.0, 0.0], (2,))}
    y = graph.index["y"]
    bar = Array(np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]), 1)
    back = record(graph, ARRAYS, point, "reverse", {y: bar})
    assert back.derivatives[1].data.tolist() == [111, 222]
    assert back.derivatives[1].batch is None
    assert back.derivatives[0].data.tolist() == [[2, 8], [60, 160], [1000, 2400]]
    ahead = record(graph, ARRAYS, point, "forward", {1: ARRAYS.array([1.0, -1.0], (2,))})
    assert ahead.derivatives[y].data.tolist() == [[1, -1]] * 3


@pytest.mark.parametrize("length", [5_000, 100_000])
def test_long_chains_need_no_recursion(length: int) -> None:
    builder = Builder()
    link = builder.input("x")
    for _ in range(length):
        link = builder.maths.sin(link)
    graph = builder.finish([link])
    assert len(graph) == length + 1
    value, slope = 0.5, 1.0
    for _ in range(length):
        slope *= math.cos(value)
        value = math.sin(value)
    back = run(graph, "reverse", x=0.5)
    assert back.values[-1] == value
    assert back.derivatives[0] == pytest.approx(slope, rel=1e-9)
    ahead = record(graph, FLOAT64, {0: 0.5}, "forward", {0: 1.0})
    assert ahead.derivatives[length] == slope


def test_sixty_doublings_are_exact() -> None:
    builder = Builder()
    total = builder.input("x")
    for _ in range(60):
        total = total + total
    graph = builder.finish([total])
    one = DIGITS.number(Fraction(1))
    for mode, seed, at in (("forward", 0, 60), ("reverse", 60, 0)):
        made = record(graph, DIGITS, {0: one}, mode, {seed: one})  # type: ignore[arg-type]
        assert made.values[-1] == 2**60
        assert made.derivatives[at] == 2**60
        assert len(made.flowing) == 120


def test_the_order_of_the_reverse_walk_is_the_lectures() -> None:
    graph = simple_example()
    order = [graph.names[n] for n in graph.reverse_order() if n in graph.names]
    assert order == ["J", "u", "u1", "u2", "t", "x"]


def test_the_order_is_by_longest_distance_then_writing_then_slot() -> None:
    # J = (a + b)·c with a = x y, b = y, c = a x: a is at distance 2 although J = …·c is nearer.
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    a = builder.name(x * y, "a")
    b = builder.name(a + y, "b")
    c = builder.name(y * x, "c")
    graph = builder.finish([builder.name(c * b, "J")])
    assert [graph.names[n] for n in graph.reverse_order()] == ["J", "b", "c", "a", "x", "y"]
    back = run(graph, "reverse", x=2.0, y=3.0)
    shares = [
        (graph.names[s.node], s.slot, graph.names[s.operand])
        for s in back.steps
        if isinstance(s, Share)
    ]
    assert shares == [
        ("J", 0, "c"),
        ("J", 1, "b"),
        ("b", 0, "a"),
        ("b", 1, "y"),
        ("c", 0, "y"),
        ("c", 1, "x"),
        ("a", 0, "x"),
        ("a", 1, "y"),
    ]


def test_every_adjoint_is_complete_when_it_is_used() -> None:
    graph = diamond()
    back = run(graph, "reverse", x=3.0)
    used: set[int] = set()
    for step in back.steps:
        if isinstance(step, Share):
            used.add(step.node)
            assert step.operand not in used


def test_the_steps_come_in_the_order_of_the_passes() -> None:
    graph = diamond()
    back = run(graph, "reverse", x=3.0)
    kinds = [type(step) for step in back.steps]
    assert kinds == [Evaluate] * 6 + [Linearise] * 4 + [Seed] + [Share] * 4
    ahead = run(graph, "forward", {"x": 1.0}, x=3.0)
    assert [type(step) for step in ahead.steps][-5:] == [Seed] + [Push] * 4
    # The last share of each node leaves its adjoint; the last push leaves its tangent.
    for made in (back, ahead):
        left = {}
        for step in made.steps:
            if isinstance(step, Share):
                left[step.operand] = step.adjoint
            elif isinstance(step, Push | Seed):
                left[step.node] = step.tangent if isinstance(step, Push) else step.value
        assert left == made.derivatives


def test_walks_are_lazy() -> None:
    graph = diamond()
    assert next(evaluate(graph, FLOAT64, {0: 3.0})) == Evaluate(0, 3.0)
    values = [s.value for s in evaluate(graph, FLOAT64, {0: 3.0})]
    edge = next(linearise(graph, FLOAT64, values))
    assert (edge.operand, edge.partial) == (0, 2.0)
    goal = graph.outputs[0]
    assert next(reverse(graph, FLOAT64, values, {}, {goal: 1.0})) == Seed(goal, 1.0)
    assert next(forward(graph, FLOAT64, values, {}, {0: 1.0})) == Seed(0, 1.0)


def test_no_partial_by_an_operand_on_which_no_input_depends() -> None:
    builder = Builder()
    x = builder.input("x")
    square = builder.name(x**2, "s")
    scaled = builder.name(builder.maths.sin(builder.number(Fraction(2))) * square, "y")
    graph = builder.finish([scaled])
    back = run(graph, "reverse", x=3.0)
    s, y = graph.index["s"], graph.index["y"]
    assert set(back.local) == {(s, 0), (y, 1)}
    assert back.local[s, 0] == 6
    # Constants get no share either: nothing arrives where nothing varies.
    assert set(back.derivatives) == {y, s, graph.index["x"]}


def test_overwriting_instead_of_accumulating_keeps_the_last_share_only() -> None:
    # At x = 1: dJ/dt = 0.6441…·cos 1 + 0.6441…·3; the last share alone is 1.93237…,
    # so dJ/dx comes out as 1.9323738751571372742 · 2.
    graph = simple_example()
    one = DIGITS.number(Fraction(1))
    ledger = LEDGERS["overwrite-instead-of-accumulate"]
    assert ledger is OverwritingLedger
    wrong = record(
        graph, DIGITS, {graph.index["x"]: one}, "reverse", {graph.outputs[0]: one}, ledger
    )
    got = wrong.derivatives[graph.index["x"]]
    expected = DIGITS.number(Fraction("1.9323738751571372742") * 2)
    assert abs(got - expected) < DIGITS.number(Fraction(1, 10**18))
    # What comes before the overwritten entry is right.
    right = record(graph, DIGITS, {graph.index["x"]: one}, "reverse", {graph.outputs[0]: one})
    for name in ("J", "u", "u1", "u2"):
        assert wrong.derivatives[graph.index[name]] == right.derivatives[graph.index[name]]


def test_an_undefined_value_says_where_and_marks_what_depends_on_it() -> None:
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    log = builder.name(builder.maths.log(x), "l")
    product = builder.name(log * y, "p")
    graph = builder.finish([builder.name(product + y, "J")])
    back = run(graph, "reverse", x=0.0, y=2.0)
    where = graph.index["l"]
    for name in ("l", "p", "J"):
        value = back.values[graph.index[name]]
        assert type(value) is Undefined
        assert (value.node, value.op, value.needs) == (where, "log", "a positive operand")
    assert type(back.derivatives[graph.index["x"]]) is Undefined
    assert back.derivatives[graph.index["x"]].node == where


def test_an_undefined_slope_leaves_the_value() -> None:
    builder = Builder()
    x = builder.input("x")
    graph = builder.finish([builder.name(builder.maths.sqrt(x), "r")])
    back = run(graph, "reverse", x=0.0)
    assert back.values[graph.index["r"]] == 0
    slope = back.derivatives[graph.index["x"]]
    assert type(slope) is Undefined
    assert (slope.what, slope.node) == ("slope", graph.index["r"])


def test_an_undefined_branch_leaves_the_other_one() -> None:
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    graph = builder.finish([builder.name(builder.maths.sqrt(x) + y * 3, "J")])
    back = run(graph, "reverse", x=0.0, y=2.0)
    assert type(back.derivatives[graph.index["x"]]) is Undefined
    assert back.derivatives[graph.index["y"]] == 3
