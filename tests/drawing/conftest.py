"""Runs to draw."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from chainrule.graph.builder import Builder
from chainrule.passes.folding import zoom
from chainrule.passes.run import Run
from chainrule.readings.view import View
from tests.golden.lectures import simple_view


@pytest.fixture(scope="session")
def lecture() -> View:
    return simple_view()


@pytest.fixture(scope="session")
def lecture_forward() -> View:
    return simple_view("forward")


@pytest.fixture(scope="session")
def called() -> Callable[..., View]:
    """The lecture's example with t called by another name."""

    def called(name: str) -> View:
        builder = Builder()
        t = builder.name(builder.input("x") ** 2, name)
        graph = zoom(builder.finish([builder.name(builder.maths.cos(t), "J")]), "named")
        return View(Run(graph, {graph.inputs[0]: Fraction(1)}))

    return called


@pytest.fixture(scope="session")
def trouble() -> View:
    """A kink, a logarithm of 0, an unused input and a named constant."""
    builder = Builder()
    maths = builder.maths
    x, z = builder.input("x"), builder.input("z")
    builder.input("unused")
    r = builder.name(maths.relu(x), "r")
    s = builder.name(maths.log(x), "s")
    c = builder.name(builder.lift(6), "c")
    graph = zoom(builder.finish([builder.name(r * c + s / z * x * x, "y_hat")]), "step")
    point = dict(zip(graph.inputs, map(Fraction, (0, 2, 5)), strict=True))
    return View(Run(graph, point))


@pytest.fixture(scope="session")
def vectors() -> View:
    builder = Builder()
    weights, x = builder.input("W", (2, 3)), builder.input("x", (3,))
    hidden = builder.name(builder.maths.tanh(weights @ x), "h")
    graph = builder.finish([builder.name(builder.maths.sum(hidden), "y")])
    point = {graph.inputs[0]: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], graph.inputs[1]: [1, 2, 3]}
    return View(Run(graph, point))


@pytest.fixture(scope="session")
def doublings() -> View:
    """t1 = t0 + t0 and so on, sixty times: 2^60 paths."""
    builder = Builder()
    t = builder.input("t0")
    for i in range(1, 61):
        t = builder.name(t + t, f"t{i}")
    graph = builder.finish([t])
    return View(Run(graph, {graph.inputs[0]: Fraction(1)}))


@pytest.fixture(scope="session")
def chain() -> Callable[..., View]:
    """A chain of sines, its first `named` ones with names."""

    def chain(nodes: int, named: int = 0) -> View:
        builder = Builder()
        t = builder.input("x")
        for i in range(1, nodes):
            t = builder.maths.sin(t)
            if i <= named:
                t = builder.name(t, f"t{i}")
        graph = builder.finish([t])
        return View(Run(graph, {graph.inputs[0]: Fraction(1)}))

    return chain
