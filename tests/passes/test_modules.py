"""Modules by structure and by assignment, and the zoom level that folds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import Graph
from chainrule.passes.modules import modules

SHAPES = "W1: 3x2; x: 2; b1: 3; W2: 1x3; b2: 1; t: 1; "
TWO_LAYERS = SHAPES + "J = mean((W2 @ tanh(W1 @ x + b1) + b2 - t)^2)"


def kinds(text: str) -> list[tuple[str, str, int]]:
    return [(m.name, m.kind, len(m.nodes)) for m in modules(Graph.parse(text).list)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            TWO_LAYERS,
            [("", "affine", 2), ("", "activation", 1), ("", "affine", 2), ("J", "loss", 4)],
        ),
        (
            SHAPES + "a = W1 x + b1; z = sigmoid(a); y = W2 z; J = squared_error(y, t)",
            [("a", "affine", 2), ("z", "activation", 1), ("y", "affine", 1), ("J", "loss", 2)],
        ),
        (
            "W: 2x3; x: 2; f = softmax(Wᵀ x)",
            [("", "affine", 2), ("f", "activation", 1)],
        ),
        (
            "x: 4x4; k: 2x2; c: 1; sum(relu(conv2d(x, k) + c))",
            [("", "affine", 2), ("", "activation", 1), ("", "loss", 1)],
        ),
        (
            "a: 3; W: 3x3; cross_entropy_with_label(W a, 1)",
            [("", "affine", 1), ("", "loss", 2)],
        ),
    ],
)
def test_modules_of_a_program(text: str, found: list[tuple[str, str, int]]) -> None:
    assert kinds(text) == found


def test_every_step_is_in_one_module() -> None:
    graph = Graph.parse(TWO_LAYERS)
    inside = [node for module in modules(graph.list) for node in module.nodes]
    assert len(inside) == len(set(inside))
    steps = {node for node in range(len(graph)) if graph.list.operands[node]}
    assert steps <= set(inside)


def drawn(seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    shapes = {"W1": (3, 2), "x": 2, "b1": 3, "W2": (1, 3), "b2": 1, "t": 1}
    return {name: generator.normal(size=shape).tolist() for name, shape in shapes.items()}


def test_the_zoom_level_gives_the_same_derivatives(sample_seed: int) -> None:
    graph, point = Graph.parse(TWO_LAYERS), drawn(sample_seed)
    folded = graph.zoom("module")
    assert len(folded) == len(graph.list.inputs) + 4
    fine, coarse = graph.work(point, zoom="primitive"), graph.work(point, zoom="module")
    for name in graph.variables:
        found = coarse[f"adjoint:{name}"]
        np.testing.assert_allclose(found, fine[f"adjoint:{name}"], rtol=1e-13, atol=1e-15)
    ahead = graph.work(point, "forward", zoom="module", direction={"b2": [1]})
    expected = graph.work(point, "forward", zoom="primitive", direction={"b2": [1]})
    assert ahead["tangent:J"] == pytest.approx(expected["tangent:J"], rel=1e-13)


def test_the_table_of_modules_shows_their_formulas() -> None:
    shown = Graph.parse(TWO_LAYERS).work(drawn(0), zoom="module").table().text()
    for words in ("W₁ x + b₁", "tanh v₁", "J = mean(", "v̄₃ v₂ᵀ"):
        assert words in shown.replace("\u2009", " ")
