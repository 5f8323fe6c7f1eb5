"""Graphs written for JAX against the same graphs compiled for NumPy."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from chainrule import Graph
from chainrule.compile import compiled
from chainrule.testing.laws import Case
from tests.compile.test_compiled import WEIGHTS, drawn_point, network
from tests.crosscheck.test_operations import ROUGH, named, written
from tests.laws.cases import CASES

WINDOWS = ("patches", "unpatches", "conv2d", "max_pool", "mean_pool", "avg_pool")


def both(graph: Any, point: dict[str, Any], close: float = 1e-12) -> None:
    jax.config.update("jax_enable_x64", True)
    ours, made = compiled(graph), compiled(graph, "jax")
    value, slopes = ours({name: np.asarray(x, dtype=float) for name, x in point.items()})
    inputs = [jax.numpy.asarray(point[name], dtype=float) for name in made.inputs]
    got, gradient = jax.jit(made.value_and_grad)(*inputs)
    np.testing.assert_allclose(got, value, rtol=close, atol=close)
    np.testing.assert_allclose(made.value(*inputs), value, rtol=close, atol=close)
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradient[name], slope, rtol=close, atol=close)


@pytest.mark.parametrize("case", [c for c in CASES if not c.op.name.startswith(WINDOWS)], ids=named)
def test_every_operation(case: Case) -> None:
    graph, point = written(case)
    both(graph, point, ROUGH.get(case.op.name, 1e-12))


def test_a_network_over_a_batch(sample_seed: int) -> None:
    both(network(True), drawn_point(sample_seed, 5))
    assert set(compiled(network(True), "jax", WEIGHTS).wrt) == set(WEIGHTS)


def test_points_by_vmap(sample_seed: int) -> None:
    jax.config.update("jax_enable_x64", True)
    graph = Graph.parse("cos(sin(x^2) + 3x^2) y")
    x, y = np.random.default_rng(sample_seed).normal(size=(2, 100))
    value, slopes = jax.vmap(compiled(graph.list, "jax").value_and_grad)(x, y)
    expected, wanted = compiled(graph.list)(x=x, y=y)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    for name, slope in wanted.items():
        np.testing.assert_allclose(slopes[name], slope, rtol=1e-12, atol=1e-12)
