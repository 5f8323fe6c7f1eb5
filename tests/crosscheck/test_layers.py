"""Layers for sequences and pictures against torch.nn: fifty steps of the same training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from chainrule import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
RANDOM = np.random.default_rng(31)
SEQUENCES = RANDOM.normal(size=(12, 5, 3))
PICTURES = RANDOM.normal(size=(12, 2, 6, 6))
VECTORS = RANDOM.normal(size=(12, 4))
WORDS = RANDOM.integers(0, 7, size=(12, 5))
LABELS = RANDOM.integers(0, 3, size=12)
TALL = nn.Dense(3, "softmax")
Numbers = Mapping[str, Any]


def rnn(p: Numbers, x: Any) -> Any:
    cell = torch.nn.RNN(3, 4, batch_first=True)
    given = {
        "weight_ih_l0": p["U1"],
        "weight_hh_l0": p["V1"],
        "bias_ih_l0": p["b1"],
        "bias_hh_l0": torch.zeros(4),
    }
    out, _ = torch.func.functional_call(cell, given, x)
    return out


def lstm(p: Numbers, x: Any) -> Any:
    cell = torch.nn.LSTM(3, 4, batch_first=True)
    given = {
        "weight_ih_l0": torch.cat([p[f"U{g}1"] for g in "ifgo"]),
        "weight_hh_l0": torch.cat([p[f"V{g}1"] for g in "ifgo"]),
        "bias_ih_l0": torch.cat([p[f"b{g}1"] for g in "ifgo"]),
        "bias_hh_l0": torch.zeros(16),
    }
    out, _ = torch.func.functional_call(cell, given, x)
    return out


def gru(p: Numbers, x: Any) -> Any:
    cell = torch.nn.GRU(3, 4, batch_first=True)
    given = {
        "weight_ih_l0": torch.cat([p[f"U{g}1"] for g in "rzn"]),
        "weight_hh_l0": torch.cat([p[f"V{g}1"] for g in "rzn"]),
        "bias_ih_l0": torch.cat([p[f"b{g}1"] for g in "rzn"]),
        "bias_hh_l0": torch.zeros(12),
    }
    out, _ = torch.func.functional_call(cell, given, x)
    return out


def attention(p: Numbers, x: Any) -> Any:
    out = F.scaled_dot_product_attention(x @ p["A1"], x @ p["B1"], x @ p["C1"])
    return out.reshape(len(x), -1)


def batch_norm(p: Numbers, a: Any, at: int) -> Any:
    g, b = p[f"g{at}"].reshape(-1), p[f"b{at}"].reshape(-1)
    return F.batch_norm(a, None, None, g, b, training=True)


def pooled(p: Numbers, x: Any) -> Any:
    a = F.conv2d(F.pad(x, (1, 1, 1, 1)), p["K1"], p["b1"].reshape(-1))
    return F.max_pool2d(torch.tanh(a), 2).reshape(len(x), -1)


def last(x: Any, p: Numbers, at: int) -> Any:
    return F.linear(x, p[f"W{at}"], p[f"b{at}"])


CASES: dict[str, tuple[Sequence[Any], Any, Callable[[Numbers, Any], Any]]] = {
    "recurrent": ((nn.Recurrent(4), TALL), SEQUENCES, lambda p, x: last(rnn(p, x)[:, -1], p, 2)),
    "recurrent, every state": (
        (nn.Recurrent(4, every=True), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(rnn(p, x).reshape(12, -1), p, 2),
    ),
    "lstm": ((nn.LSTM(4), TALL), SEQUENCES, lambda p, x: last(lstm(p, x)[:, -1], p, 2)),
    "lstm, every state": (
        (nn.LSTM(4, every=True), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(lstm(p, x).reshape(12, -1), p, 2),
    ),
    "gru": ((nn.GRU(4), TALL), SEQUENCES, lambda p, x: last(gru(p, x)[:, -1], p, 2)),
    "gru, every state": (
        (nn.GRU(4, every=True), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(gru(p, x).reshape(12, -1), p, 2),
    ),
    "attention": (
        (nn.Attention(4), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(attention(p, x), p, 2),
    ),
    "attention of 3": (
        (nn.Attention(3), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(attention(p, x), p, 2),
    ),
    "embedding": (
        (nn.Embedding(7, 3), nn.Flatten(), TALL),
        WORDS,
        lambda p, x: last(F.embedding(x.long(), p["E1"]).reshape(12, -1), p, 2),
    ),
    "padding and pooling": (
        (nn.Padding2D(1), nn.Conv2D(3, activation="tanh"), nn.MaxPool2D(2), nn.Flatten(), TALL),
        PICTURES,
        lambda p, x: last(pooled(p, x), p, 2),
    ),
    "layer norm": (
        (nn.Dense(5, "tanh"), nn.LayerNorm(), TALL),
        VECTORS,
        lambda p, x: last(F.layer_norm(torch.tanh(last(x, p, 1)), (5,), p["g2"], p["b2"]), p, 3),
    ),
    "layer norm of sequences": (
        (nn.LayerNorm(), nn.Flatten(), TALL),
        SEQUENCES,
        lambda p, x: last(F.layer_norm(x, (3,), p["g1"], p["b1"]).reshape(12, -1), p, 2),
    ),
    "batch norm": (
        (nn.Dense(5), nn.BatchNorm(), nn.Activation("tanh"), TALL),
        VECTORS,
        lambda p, x: last(torch.tanh(batch_norm(p, last(x, p, 1), 2)), p, 3),
    ),
    "batch norm of pictures": (
        (nn.Conv2D(3), nn.BatchNorm(), nn.Activation("tanh"), nn.Flatten(), TALL),
        PICTURES,
        lambda p, x: last(
            torch.tanh(batch_norm(p, F.conv2d(x, p["K1"], p["b1"].reshape(-1)), 2)).reshape(12, -1),
            p,
            3,
        ),
    ),
    "residual": (
        (nn.Residual((nn.Dense(4, "tanh"), nn.Dense(4))), TALL),
        VECTORS,
        lambda p, x: last(x + last(torch.tanh(last(x, p, 1)), p, 2), p, 3),
    ),
    "maxout": (
        (nn.Maxout(4, 3), TALL),
        VECTORS,
        lambda p, x: last(last(x, p, 1).reshape(12, 3, 4).amax(1), p, 2),
    ),
}
# A bias before a batch norm does nothing: its gradient is 0, and what is left is rounding.
IDLE = {"batch norm": {"b1"}, "batch norm of pictures": {"b1"}}


@pytest.mark.parametrize("name", CASES)
def test_fifty_steps_are_those_of_torch(name: str) -> None:
    layers, x, forward = CASES[name]
    model = nn.Sequential(layers, inputs=x.shape[1:])
    begin = {
        key: w + 0.05 * np.random.default_rng(len(key)).normal(size=w.shape)
        for key, w in model.parameters(seed=2).items()
    }
    run = nn.train(
        model, x, LABELS, loss="ce", start=begin, optimiser="momentum", rate=0.02, steps=50
    )
    p = {key: torch.tensor(w, requires_grad=True) for key, w in begin.items()}
    optimiser = torch.optim.SGD(list(p.values()), 0.02, momentum=0.9)
    given = torch.tensor(x)
    t = torch.tensor(LABELS)
    for record in run:
        loss = F.cross_entropy(forward(p, given), t)
        assert record.loss == pytest.approx(loss.item(), rel=1e-12)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        for key, w in run.parameters.items():
            theirs = p[key].detach().numpy()
            if key in IDLE.get(name, ()):
                assert np.abs(run.gradients[key]).max() < 1e-14
                continue
            np.testing.assert_allclose(w, theirs, rtol=1e-12, atol=1e-12)
    assert run.step == 50


def test_predictions_after_a_batch_norm_are_those_over_all_training_data() -> None:
    layers, x, forward = CASES["batch norm"]
    model = nn.Sequential(layers, inputs=4)
    run = nn.train(model, x, LABELS, loss="ce", batch=5, epochs=3)
    run.run()
    p = {key: torch.tensor(w) for key, w in run.parameters.items()}
    expected = torch.softmax(forward(p, torch.tensor(x)), 1).numpy()
    np.testing.assert_allclose(run.predict(x), expected, rtol=1e-12)
    np.testing.assert_allclose(run.predict(x[:1]), expected[:1], rtol=1e-12)
