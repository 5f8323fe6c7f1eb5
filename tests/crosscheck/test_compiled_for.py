"""Graphs written for JAX and PyTorch against the same graphs compiled for NumPy."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch

from chainrule import Graph
from chainrule.compile import compiled
from chainrule.testing.laws import Case
from tests.compile.test_compiled import WEIGHTS, drawn_point, network
from tests.crosscheck.libraries import LIBRARIES, Library
from tests.crosscheck.test_operations import ROUGH, named, written
from tests.laws.cases import CASES

WORDS = {"JAX": "jax", "PyTorch": "torch"}
each_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)


def both(library: Library, graph: Any, point: dict[str, Any], close: float = 1e-12) -> None:
    graph = Graph.of(graph).whole
    ours, made = compiled(graph), compiled(graph, WORDS[library.name])
    value, slopes = ours({name: np.asarray(x, dtype=float) for name, x in point.items()})
    inputs = [library.array(point[name]) for name in made.inputs]
    asked = jax.jit(made.value_and_grad) if library.name == "JAX" else made.value_and_grad
    got, gradient = asked(*inputs)
    np.testing.assert_allclose(got, value, rtol=close, atol=close)
    np.testing.assert_allclose(made.value(*inputs), value, rtol=close, atol=close)
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradient[name], slope, rtol=close, atol=close)


@each_library
@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_operation(case: Case, library: Library) -> None:
    graph, point = written(case)
    both(library, graph, point, ROUGH.get(case.op.name, 1e-12))


@each_library
def test_a_network_over_a_batch(library: Library, sample_seed: int) -> None:
    both(library, network(True), drawn_point(sample_seed, 5))
    assert set(compiled(network(True), WORDS[library.name], WEIGHTS).wrt) == set(WEIGHTS)


@each_library
@pytest.mark.parametrize(
    "text", ["cos(sin(x^2) + 3x^2) y", "max(x, 0.3) + y", "where(x > 1, y, 3)"]
)
def test_points_by_vmap(text: str, library: Library, sample_seed: int) -> None:
    graph = Graph.parse(text).whole
    points = np.random.default_rng(sample_seed).normal(size=(2, 100))
    mapped = jax.vmap if library.name == "JAX" else torch.vmap
    made = compiled(graph, WORDS[library.name])
    value, slopes = mapped(made.value_and_grad)(*map(library.array, points))
    expected, wanted = compiled(graph)(dict(zip(made.inputs, points, strict=True)))
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    for name, slope in wanted.items():
        np.testing.assert_allclose(slopes[name], slope, rtol=1e-12, atol=1e-12)
