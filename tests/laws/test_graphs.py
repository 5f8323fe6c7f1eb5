"""Forward and reverse mode, and the gradient graph, agree on graphs drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.record import Mode, Record, record
from chainrule.testing.digits import digits_algebra
from chainrule.testing.laws import far, outputs
from tests.laws.cases import SCALAR_CASES

DIGITS = digits_algebra(50)
KINDS = sorted({(case.op.name, len(case.operands)) for case in SCALAR_CASES})
LARGEST = 30


def drawn_graph(seed: int, inputs: int, steps: int) -> tuple[WengertList, list[Any]]:
    """Return a graph of random operations and a point at which all of it is defined."""
    generator = np.random.default_rng(seed)
    builder = Builder()
    point = [DIGITS.number(Fraction(int(n), 64)) for n in generator.integers(-150, 150, inputs)]
    written = [(builder.input(f"x{i}"), value) for i, value in enumerate(point)]
    while len(written) < inputs + steps:
        name, count = KINDS[generator.integers(len(KINDS))]
        op = OPS[name]
        # Late steps are preferred, so that the graph becomes deep as well as wide.
        chosen = [written[-1 - int(i)] for i in generator.geometric(0.35, count) % len(written)]
        values = [value for _, value in chosen]
        value = DIGITS.apply(op, op.parameters, values)
        if type(value) is Undefined or not abs(value) < LARGEST:
            continue
        slopes = [DIGITS.partial(op, op.parameters, s, value, values) for s in range(count)]
        # Off kinks, and off base 0, where the slope by the exponent reads 0 · log 0.
        corner = DIGITS.at_kink(op, op.parameters, values) or (name == "power" and values[0] == 0)
        if corner or any(type(s) is Undefined or not abs(s) < LARGEST for s in slopes):
            continue
        expression = builder.write(op, [expression for expression, _ in chosen], fresh=True)
        written.append((expression, value))
    return builder.finish([written[-1][0], written[-2][0]]), point


def run(graph: WengertList, point: Sequence[Any], mode: Mode, seeds: dict[int, Any]) -> Record:
    return record(graph, DIGITS, dict(zip(graph.inputs, point, strict=True)), mode, seeds)


@pytest.mark.parametrize("draw", range(25))
def test_forward_is_reverse_is_the_gradient_graph(draw: int, sample_seed: int) -> None:
    graph, point = drawn_graph(sample_seed * 1000 + draw, inputs=1 + draw % 4, steps=12 + draw)
    one, zero = DIGITS.number(Fraction(1)), DIGITS.number(Fraction(0))
    tangents = [run(graph, point, "forward", {node: one}).derivatives for node in graph.inputs]
    for output in graph.outputs:
        adjoints = run(graph, point, "reverse", {output: one}).derivatives
        written = outputs(gradient_graph(graph, output), DIGITS, point)
        for node, tangent, derivative in zip(graph.inputs, tangents, written, strict=True):
            expected = adjoints.get(node, zero)
            assert not far(tangent.get(output, zero), expected, "1e-35")
            assert not far(derivative, expected, "1e-35")


@pytest.mark.parametrize("draw", range(10))
def test_a_direction_pushed_is_a_direction_pulled(draw: int, sample_seed: int) -> None:
    graph, point = drawn_graph(sample_seed * 1000 + 500 + draw, inputs=3, steps=20)
    generator = np.random.default_rng(draw)
    draws = [DIGITS.number(Fraction(int(n), 8)) for n in generator.integers(-20, 20, 5)]
    direction = dict(zip(graph.inputs, draws[:3], strict=True))
    bars = dict(zip(graph.outputs, draws[3:], strict=True))
    forward = run(graph, point, "forward", direction).derivatives
    reverse = run(graph, point, "reverse", bars).derivatives
    left = sum(bar * forward.get(node, 0) for node, bar in bars.items())
    right = sum(reverse.get(node, 0) * tangent for node, tangent in direction.items())
    assert not far(left, right, "1e-35")


def layer(bias: tuple[int, ...], batched: bool) -> tuple[WengertList, tuple[Any, ...]]:
    """Return Σ tanh²(X Wᵀ + b) with a bias of any shape that fits, and the inputs' kinds."""
    builder = Builder()
    x = builder.input("X", (4, 3), batched=batched)
    w = builder.input("W", (2, 3))
    b = builder.input("b", bias)
    m = builder.maths
    hidden = m.tanh(x @ m.transpose(w) + b)
    kinds = ((4, 3), batched), ((2, 3), False), (bias, False)
    return builder.finish([m.sum(hidden * hidden)]), kinds


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("bias", [(), (2,), (1, 2), (4, 1), (1, 1), (4, 2), (1,)])
def test_a_broadcast_bias_in_both_directions(
    bias: tuple[int, ...], batched: bool, sample_seed: int
) -> None:
    graph, kinds = layer(bias, batched)
    generator = np.random.default_rng(sample_seed)

    def drawn(shape: tuple[int, ...], batch: bool) -> Array:
        return Array(generator.normal(size=((5,) if batch else ()) + shape), len(shape))

    point = dict(zip(graph.inputs, [drawn(*k) for k in kinds], strict=True))
    direction = dict(zip(graph.inputs, [drawn(*k) for k in kinds], strict=True))
    goal = graph.outputs[0]
    reverse = record(graph, ARRAYS, point, "reverse", {goal: 1}).derivatives
    forward = record(graph, ARRAYS, point, "forward", direction).derivatives
    pulled = sum(float(np.sum(reverse[n].data * direction[n].data)) for n in graph.inputs)
    assert float(forward[goal].data.sum()) == pytest.approx(pulled, rel=1e-11)
    for node in graph.inputs:
        assert reverse[node].data.shape == point[node].data.shape

    # And by differences along the same direction.
    step = 1e-6
    sides = []
    for sign in (1, -1):
        moved = [point[n] + direction[n] * (sign * step) for n in graph.inputs]
        sides.append(float(outputs(graph, ARRAYS, moved)[0].data.sum()))
    assert pulled == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("bias", [(), (2,), (1, 2), (4, 1), (4, 2)])
def test_the_gradient_graph_of_a_layer(bias: tuple[int, ...], sample_seed: int) -> None:
    graph, kinds = layer(bias, batched=False)
    generator = np.random.default_rng(sample_seed)
    values = [Array(generator.normal(size=shape), len(shape)) for shape, _ in kinds]
    point = dict(zip(graph.inputs, values, strict=True))
    reverse = record(graph, ARRAYS, point, "reverse", {graph.outputs[0]: 1}).derivatives
    written = outputs(gradient_graph(graph), ARRAYS, values)
    for node, derivative in zip(graph.inputs, written, strict=True):
        np.testing.assert_allclose(derivative.data, reverse[node].data, rtol=1e-12)


def test_every_derivative_of_a_gradient_graph_has_its_name() -> None:
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    sum_ = builder.name(x + y, "J")
    gradient = gradient_graph(builder.finish([sum_]))
    assert [gradient.names[node] for node in gradient.outputs] == ["∂J/∂x", "∂J/∂y"]
    assert len(set(gradient.outputs)) == 2


def test_a_second_name_keeps_an_input_apart_from_its_derivative() -> None:
    builder = Builder()
    x = builder.input("x")
    half: Expression = builder.name(x * x / 2, "J")
    gradient = gradient_graph(builder.finish([half]))
    three = DIGITS.number(Fraction(3))
    assert outputs(gradient, DIGITS, [three]) == [three]
    assert gradient.outputs[0] not in gradient.inputs
