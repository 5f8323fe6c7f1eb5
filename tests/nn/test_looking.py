"""Looking into networks: answers over many points, both passes for one, the text of the graph."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule import parse
from chainrule.nn import Dense, Dropout, Sequential
from chainrule.nn.looking import Answers, literal, passes, program

HAND = {
    "W1": np.array([[0.5, -1.0], [2.0, 0.25]]),
    "b1": np.array([0.1, -0.2]),
    "W2": np.array([[1.5, -0.5]]),
    "b2": np.array([0.3]),
}


def by_hand(x: tuple[float, float], t: float) -> tuple[list[float], float, list[float]]:
    """Values of the hidden units, the loss, and their adjoints, written out."""
    h = [
        math.tanh(0.5 * x[0] - x[1] + 0.1),
        math.tanh(2.0 * x[0] + 0.25 * x[1] - 0.2),
    ]
    y = 1.5 * h[0] - 0.5 * h[1] + 0.3
    return h, (y - t) ** 2, [2 * (y - t) * 1.5, 2 * (y - t) * -0.5]


def test_both_passes_of_an_example_are_those_by_hand() -> None:
    network = Sequential([Dense(2, "tanh"), Dense(1)], inputs=2).network("mse")
    seen = passes(network, HAND, {"x": np.array([0.4, -0.3]), "t": np.array([1.0])})
    h, loss, adjoints = by_hand((0.4, -0.3), 1.0)
    assert seen.values["h1"] == pytest.approx(h, rel=1e-14)
    assert float(seen.values["J"]) == pytest.approx(loss, rel=1e-14)
    assert seen.adjoints["h1"] == pytest.approx(adjoints, rel=1e-13)
    slopes = [1 - value**2 for value in h]
    assert seen.slopes["h1"] == pytest.approx(slopes, rel=1e-13)
    pulled = [a * s for a, s in zip(adjoints, slopes, strict=True)]
    assert seen.adjoints["a1"] == pytest.approx(pulled, rel=1e-13)


def test_answers_over_many_points_are_those_of_each() -> None:
    network = Sequential([Dense(2, "tanh"), Dropout(0.5), Dense(1)], inputs=2).network("mse")
    points = np.random.default_rng(3).normal(size=(7, 2))
    found = Answers(network, 7)(HAND, {"x": points})
    for row, point in enumerate(points):
        h, _loss, _adjoints = by_hand((float(point[0]), float(point[1])), 0.0)
        assert found["h1"][row] == pytest.approx(h, rel=1e-13)


@pytest.mark.parametrize(
    ("activation", "x", "fates"),
    [
        ("tanh", 9.0, ("saturated", "")),
        ("relu", -9.0, ("dead", "")),
        ("sigmoid", 0.0, ("", "")),
        ("linear", 900.0, None),
    ],
)
def test_units_through_which_nothing_comes_back(
    activation: str, x: float, fates: tuple[str, ...] | None
) -> None:
    network = Sequential([Dense(2, activation), Dense(1)], inputs=1).network("mse")
    start = {
        "W1": np.array([[1.0], [0.0]]),
        "b1": np.array([0.0, 0.5]),
        "W2": np.ones((1, 2)),
        "b2": np.zeros(1),
    }
    seen = passes(network, start, {"x": np.array([x]), "t": np.array([0.0])})
    assert seen.fates.get(network.units[0]) == fates


@pytest.mark.parametrize(
    ("loss", "unit", "outputs", "target"),
    [
        ("mse", "linear", 1, [0.3]),
        ("mae", "linear", 2, [0.3, -1.0]),
        ("bce", "sigmoid", 1, [1.0]),
        ("ce", "softmax", 3, [0.0, 1.0, 0.0]),
        ("huber", "linear", 1, [4.0]),
        ("hinge", "linear", 1, [1.0]),
    ],
)
def test_the_text_of_a_network_is_the_same_function(
    loss: str, unit: str, outputs: int, target: list[float]
) -> None:
    model = Sequential([Dense(3, "softplus"), Dense(outputs, unit)], inputs=2)
    network = model.network(loss, fused=False)
    numbers = model.parameters(seed=5)
    x = np.array([0.25, -1.5])
    given = {**numbers, "x": x, "t": np.array(target)}
    read = parse(program(network))
    point = {name: literal(value, 17) for name, value in given.items()}
    seen = passes(network, numbers, {"x": x, "t": np.array(target)})
    assert float(read.evaluate(point)) == pytest.approx(float(seen.values["J"]), rel=1e-12)
    found = np.array(read.gradient(point)["W1"], dtype=float)
    assert found == pytest.approx(seen.adjoints["W1"], rel=1e-10, abs=1e-14)
