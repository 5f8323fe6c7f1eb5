"""Layers for sequences and pictures by hand, and a layer of one's own."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError, ShapeError
from chainrule.graph.builder import Expression

X = np.random.default_rng(3).normal(size=(9, 3, 2))
T = np.arange(9.0) / 9


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def recurrent(p: Any, x: Any) -> Any:
    h = np.zeros(2)
    for row in x:
        h = np.tanh(p["U1"] @ row + p["V1"] @ h + p["b1"])
    return h


def lstm(p: Any, x: Any) -> Any:
    h = c = np.zeros(2)
    for row in x:
        a = {g: p[f"U{g}1"] @ row + p[f"V{g}1"] @ h + p[f"b{g}1"] for g in "ifgo"}
        c = sigmoid(a["f"]) * c + sigmoid(a["i"]) * np.tanh(a["g"])
        h = sigmoid(a["o"]) * np.tanh(c)
    return h


def gru(p: Any, x: Any) -> Any:
    h = np.zeros(2)
    for row in x:
        r, z = (sigmoid(p[f"U{g}1"] @ row + p[f"V{g}1"] @ h + p[f"b{g}1"]) for g in "rz")
        h = (1 - z) * np.tanh(p["Un1"] @ row + p["bn1"] + r * (p["Vn1"] @ h)) + z * h
    return h


def attention(p: Any, x: Any) -> Any:
    q, k, v = (x @ p[name] for name in ("A1", "B1", "C1"))
    weights = np.exp(q @ k.T / math.sqrt(2))
    return (weights / weights.sum(axis=1, keepdims=True) @ v).reshape(-1)


def layer_norm(p: Any, x: Any) -> Any:
    even = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    return (even * p["g1"] + p["b1"]).reshape(-1)


BY_HAND = {
    "recurrent": ((nn.Recurrent(2),), recurrent),
    "lstm": ((nn.LSTM(2),), lstm),
    "gru": ((nn.GRU(2),), gru),
    "attention": ((nn.Attention(2), nn.Flatten()), attention),
    "layer norm": ((nn.LayerNorm(), nn.Flatten()), layer_norm),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_predictions_and_tables_are_those_by_hand(name: str) -> None:
    layers, forward = BY_HAND[name]
    model = nn.Sequential([*layers, nn.Dense(1)], inputs=(3, 2))
    run = nn.train(model, X, T, optimiser="adam", steps=5)
    run.run()
    p = run.parameters
    expected = [float((p["W2"] @ forward(p, x) + p["b2"])[0]) for x in X]
    assert run.predict(X)[:, 0] == pytest.approx(expected, rel=1e-12)
    worked = run.worked(4)
    assert float(worked["value:J"]) == pytest.approx((expected[4] - T[4]) ** 2, rel=1e-12)
    # The adjoint of the bias of the output is 2 (y − t); that of a weight by differences.
    assert float(worked["adjoint:b2"][0]) == pytest.approx(2 * (expected[4] - T[4]), rel=1e-12)
    key = next(n for n in p if n[0] in "UAg")
    losses = []
    for sign in (1, -1):
        moved = dict(p) | {key: p[key].copy()}
        moved[key].flat[1] += sign * 1e-6
        losses.append((float((p["W2"] @ forward(moved, X[4]) + p["b2"])[0]) - T[4]) ** 2)
    slope = (losses[0] - losses[1]) / 2e-6
    assert np.ravel(worked[f"adjoint:{key}"])[1] == pytest.approx(slope, rel=1e-6)


def test_a_window_passes_its_adjoint_to_its_largest_entry() -> None:
    model = nn.Sequential([nn.MaxPool2D(2), nn.Flatten(), nn.Dense(1)], inputs=(1, 4, 5))
    picture = np.arange(20.0).reshape(1, 1, 4, 5) % 7
    run = nn.train(model, picture, [0.0], steps=1, start={"W1": [[1, 2, 3, 4]], "b1": [0]})
    # Windows (0,0), (0,2), (2,0), (2,2); the fifth column fills no window.
    corners = [(0, 0), (0, 2), (2, 0), (2, 2)]
    largest = [picture[0, 0, r : r + 2, c : c + 2].max() for r, c in corners]
    y = float(np.dot([1, 2, 3, 4], largest))
    assert run.predict(picture)[0, 0] == y
    adjoint = np.asarray(run.worked(0)["adjoint:x"])[0]
    for weight, (r, c) in zip((1, 2, 3, 4), corners, strict=True):
        window = picture[0, 0, r : r + 2, c : c + 2]
        np.testing.assert_allclose(
            adjoint[r : r + 2, c : c + 2], 2 * y * weight * (window == window.max())
        )
    assert (adjoint[:, 4] == 0).all()


def test_padding_adds_zeros_and_a_shortcut_adds_what_came_in() -> None:
    padded = nn.Sequential([nn.Padding2D(1), nn.Flatten()], inputs=(1, 2, 2)).graph(batched=False)
    found = np.asarray(padded.evaluate({"x": [[[1, 2], [3, 4]]]}), dtype=float).reshape(4, 4)
    np.testing.assert_array_equal(found, np.pad([[1, 2], [3, 4]], 1))
    model = nn.Sequential([nn.Residual([nn.Dense(2, "tanh")])], inputs=2)
    w = np.array([[1.0, 2.0], [0.5, -1.0]])
    point = {"x": [0.3, -0.2], "W1": w.tolist(), "b1": [0.1, 0.2]}
    expected = np.array([0.3, -0.2]) + np.tanh(w @ [0.3, -0.2] + [0.1, 0.2])
    found = np.asarray(model.graph(batched=False).evaluate(point), dtype=float)
    assert found == pytest.approx(expected)


def test_maxout_and_embedding_choose() -> None:
    graph = nn.Sequential([nn.Maxout(2, 2)], inputs=1).graph(batched=False)
    point = {"x": [2.0], "W1": [[1.0], [2.0], [3.0], [-4.0]], "b1": [0, 0, 0, 1]}
    assert np.asarray(graph.evaluate(point), dtype=float).tolist() == [6, 4]
    table = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    words = nn.Sequential([nn.Embedding(3, 2), nn.Flatten()], inputs=2).graph(batched=False)
    found = words.evaluate({"x": [2, 0], "E1": table})
    assert np.asarray(found, dtype=float).tolist() == [5, 6, 1, 2]
    model = nn.Sequential([nn.Embedding(3, 2), nn.Flatten(), nn.Dense(1)], inputs=2)
    with pytest.raises(InputError, match=r"\[1.0, 3.0\] in example 2"):
        nn.train(model, [[0, 1], [1, 3]], [0, 1])


def test_a_batch_norm_makes_means_0_and_deviations_1() -> None:
    x = np.random.default_rng(5).normal(3, 2, size=(50, 3))
    model = nn.Sequential([nn.BatchNorm(), nn.Dense(1)], inputs=3)
    run = nn.train(model, x, x[:, 0], batch=10, epochs=2)
    run.run()
    p = run.parameters
    even = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    expected = (even * p["g1"] + p["b1"]) @ p["W2"].T + p["b2"]
    np.testing.assert_allclose(run.predict(x), expected, rtol=1e-10)
    np.testing.assert_allclose(run.predict(x[7:8]), expected[7:8], rtol=1e-10)
    assert float(run.worked(7)["value:J"]) == pytest.approx(
        float((expected[7, 0] - x[7, 0]) ** 2), rel=1e-9
    )


def test_a_layer_of_ones_own_learns_and_has_a_table() -> None:
    class Gated:
        """x · σ(W x): 6 lines."""

        def write(self, page: nn.Page, x: Expression) -> Expression:
            page.layer += 1
            weights = page.parameter("W", (*x.shape, *x.shape))
            gate = page.named(page.maths.sigmoid(weights @ x), f"gate{page.layer}")
            return page.output(x * gate)

    x = X[:, 0]
    run = nn.train(nn.Sequential([Gated(), nn.Dense(1)], inputs=2), x, T, l2=0.1, steps=3)
    run.run()
    p = run.parameters
    expected = (x * sigmoid(x @ p["W1"].T)) @ p["W2"].T + p["b2"]
    np.testing.assert_allclose(run.predict(x), expected, rtol=1e-12)
    assert "gate" in run.worked(0).table().text()


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Recurrent(2), 3, "sequences"),
        (nn.LSTM(2), (1, 2, 3), "sequences"),
        (nn.GRU(2), 3, "sequences"),
        (nn.Attention(2), 3, "sequences"),
        (nn.MaxPool2D(2), 3, "pictures"),
        (nn.MaxPool2D(4), (1, 3, 3), "do not fit"),
        (nn.Residual([nn.Dense(3)]), 2, "shortcut"),
        (nn.Maxout(2), (2, 2), "vector"),
        (nn.LayerNorm(), (1, 2, 3), "vectors or sequences"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(layer: Any, shape: Any, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        nn.Sequential([layer], inputs=shape).graph()


@pytest.mark.parametrize(
    ("word", "forward"),
    [("recurrent layer", recurrent), ("LSTM", lstm), ("GRU", gru), ("attention", attention)],
)
def test_layers_node_by_node_have_the_numbers_by_hand(word: str, forward: Any) -> None:
    rows = {row["node"]: row for row in nn.experiments.experiment("layers", layer=word).where()}
    p = {name: np.array(json.loads(row["value"])) for name, row in rows.items()}

    def loss(x: Any) -> float:
        return float((p["W2"] @ forward(p, x) + p["b2"] - p["t"])[0] ** 2)

    # The table has four digits.
    assert float(rows["J"]["value"]) == pytest.approx(loss(p["x"]), abs=2e-3)
    slopes = [
        (loss(p["x"] + d) - loss(p["x"] - d)) / 2e-5
        for d in 1e-5 * np.eye(p["x"].size).reshape(-1, *p["x"].shape)
    ]
    found = np.array(json.loads(rows["x"]["adjoint"])).ravel()
    assert found == pytest.approx(slopes, abs=5e-3 * max(map(abs, slopes)))
    assert rows["x"]["mean |adjoint|"] == pytest.approx(np.abs(found).mean(), rel=1e-3)


def test_every_layer_has_its_table_and_says_what_is_largest() -> None:
    record = nn.experiments.EXPERIMENTS["layers"]
    for word in record.choices["layer"]:
        found = nn.experiments.experiment("layers", layer=word)
        learned = {r["node"]: r["mean |adjoint|"] for r in found.where(formula="learned")}
        most = max(learned, key=learned.__getitem__)
        assert f"Of what is learned {most} has the largest mean |adjoint|" in found.finding
        assert {"x", "t", "J"} <= set(found.column("node"))
    with pytest.raises(InputError, match="LTSM"):
        nn.experiments.experiment("layers", layer="LTSM")
