"""The experiments that train, again in hand-written NumPy from the same start: the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.nn.data import digits, moons, wave, xor
from chainrule.nn.experiments import experiment
from tests.nn.references import descended, gradient

CLOSE: Any = {"rel": 1e-9, "abs": 1e-12}


def begun(
    widths: list[int], units: list[str], seed: int, start: str = "xavier", inputs: int = 2
) -> Any:
    """The parameters that a stack of layers draws from a seed."""
    layers = [nn.Dense(n, unit, start) for n, unit in zip(widths, units, strict=True)]
    return nn.Sequential(layers, inputs=inputs).parameters(seed)


def test_rates() -> None:
    data, units = moons(120), ["tanh", "sigmoid"]
    found = experiment("rates", chosen=(0.03, 1.0), steps=20)
    for rate in (0.03, 1.0):
        path = descended(begun([8, 1], units, 0), units, "bce", data.x, data.t, steps=20, rate=rate)
        losses = [gradient(p, units, "bce", data.x, data.t)[0] for p in path]
        assert [row["loss"] for row in found.where(rate=rate)] == pytest.approx(losses, **CLOSE)


@pytest.mark.parametrize(
    ("activation", "scheme", "start"),
    [("tanh", "xavier", "xavier"), ("relu", "xavier", "he"), ("sigmoid", "normal", "normal")],
)
def test_activation_start(activation: str, scheme: str, start: str) -> None:
    kept, held = moons(200, noise=0.15, seed=0).split(0.25, 0)
    units = [activation] * 4 + ["sigmoid"]
    p = begun([8, 8, 8, 8, 1], units, 0, start)
    path = descended(p, units, "bce", kept.x, kept.t, steps=24, rate=0.1, batch=20)
    grid = experiment("activation-start", activations=(activation,), schemes=(scheme,), epochs=3)
    end = grid.ends().where()[0]
    assert end["loss"] == pytest.approx(
        gradient(path[-1], units, "bce", kept.x, kept.t)[0], **CLOSE
    )
    wanted = gradient(path[-1], units, "bce", held.x, held.t)[0]
    assert end["held-out loss"] == pytest.approx(wanted, **CLOSE) and end["start"] == start


def test_zero_weights() -> None:
    data, units = xor(), ["tanh", "sigmoid"]
    path = descended(begun([4, 1], units, 0), units, "bce", data.x, data.t, steps=30, rate=0.5)
    found = experiment("zero-weights", scheme="xavier", steps=30)
    losses = [gradient(p, units, "bce", data.x, data.t)[0] for p in path]
    assert found.column("loss") == pytest.approx(losses, **CLOSE)
    apart = np.ptp(path[-1]["W1"], axis=0).max()
    assert found.column("apart")[-1] == pytest.approx(apart, **CLOSE)


def test_dead_units() -> None:
    data, units = moons(150, seed=2), ["relu", "sigmoid"]
    layers = [nn.Dense(16, "relu", "he"), nn.Dense(1, "sigmoid")]
    p = nn.Sequential(layers, inputs=2).parameters(2)
    with np.errstate(all="ignore"):  # with such a rate some answers are 1 to the last digit
        path = descended(p, units, "bce", data.x, data.t, steps=60, rate=10.0)
        _, slopes = gradient(path[-2], units, "bce", data.x, data.t)
    found = experiment("dead-units")
    active = (data.x @ path[-1]["W1"].T + path[-1]["b1"] > 0).mean(axis=0)
    assert found.column("active") == pytest.approx(active.tolist())
    norms = np.linalg.norm(slopes["W1"], axis=1)
    assert found.column("gradient") == pytest.approx(norms.tolist(), rel=1e-6, abs=1e-12)
    assert f"{(active == 0).sum()} of 16 units are dead" in found.finding


@pytest.mark.parametrize(
    ("way", "given"), [("plain", {}), ("L1 0.001", {"l1": 0.001}), ("L2 0.003", {"l2": 0.003})]
)
def test_overfitting(way: str, given: dict[str, float]) -> None:
    data, units = wave(40, noise=0.25, seed=3), ["tanh", "tanh", "linear"]
    x, t, held_x, held_t = data.x[::4], data.t[::4], data.x[1::4], data.t[1::4]
    p = begun([40, 40, 1], units, 3, inputs=1)
    path = descended(p, units, "mse", x, t, steps=20, rate=0.01, adam=True, **given)
    found = experiment("overfitting", ways=("plain", way), epochs=20)
    for epoch in (10, 20):
        learned, held = found.where(way=way, epoch=epoch)[:2]
        wanted = gradient(path[epoch], units, "mse", x, t)[0]
        assert learned["loss"] == pytest.approx(wanted, rel=1e-7)
        wanted = gradient(path[epoch], units, "mse", held_x, held_t)[0]
        assert held["loss"] == pytest.approx(wanted, rel=1e-7)


def test_width_and_depth() -> None:
    data = moons(200, noise=0.2, seed=1)
    found = experiment("width-depth", shapes=((5,), (3, 3)), seeds=(4,), steps=15)
    for shape in ((5,), (3, 3)):
        units = ["tanh"] * len(shape) + ["sigmoid"]
        p = begun([*shape, 1], units, 4)
        path = descended(
            p, units, "bce", data.x, data.t, steps=15, rate=0.01, adam=True, batch=32, seed=4
        )
        row = found.where(shape="-".join(map(str, shape)))[0]
        wanted = gradient(path[-1], units, "bce", data.x, data.t)[0]
        assert row["loss"] == pytest.approx(wanted, rel=1e-7)


def test_depth_and_held_out_error() -> None:
    kept, held = moons(100, noise=0.25, seed=1), moons(400, noise=0.25, seed=2)
    found = experiment("depth-error", depths=(0, 2), seeds=(5,), steps=15)
    for depth in (0, 2):
        units = ["tanh"] * depth + ["sigmoid"]
        p = begun([12] * depth + [1], units, 5)
        last = descended(p, units, "bce", kept.x, kept.t, steps=15, rate=0.01, adam=True)[-1]
        for points, part in (("learned from", kept), ("held out", held)):
            wanted = gradient(last, units, "bce", part.x, part.t)[0]
            assert found.where(depth=depth, points=points)[0]["loss"] == pytest.approx(
                wanted, rel=1e-7
            )


def test_lottery_ticket() -> None:
    kept, held = moons(200, noise=0.15, seed=0).split(0.25, 0)
    units = ["tanh", "tanh", "sigmoid"]
    plan: Any = {"steps": 24, "rate": 0.3, "batch": 20}
    begin, anew = (begun([24, 24, 1], units, seed) for seed in (0, 1))
    whole = descended(begin, units, "bce", kept.x, kept.t, **plan)[-1]
    sizes = np.sort(np.concatenate([abs(whole[f"W{k}"]).ravel() for k in (1, 2, 3)]))
    # The fifth of the 648 weights that is largest stays.
    keep = {n: (abs(w) >= sizes[-130]) | (n[0] == "b") for n, w in whole.items()}
    found = experiment("lottery-ticket", epochs=3).ends()
    for way, start in (("all weights", None), ("ticket", begin), ("from a fresh start", anew)):
        last = whole
        if start is not None:
            pruned = {name: w * keep[name] for name, w in start.items()}
            last = descended(pruned, units, "bce", kept.x, kept.t, only=keep, **plan)[-1]
        wanted = gradient(last, units, "bce", held.x, held.t)[0]
        assert found.where(way=way)[0]["held-out loss"] == pytest.approx(wanted, **CLOSE)


def test_any_function_by_width() -> None:
    x = np.linspace(-1.5, 1.5, 61)[:, None]
    t, scaled, units = np.sin(3 * x) * (1 + x) / 2, x / x.std(), ["tanh", "linear"]
    p = begun([3, 1], units, 0, inputs=1)
    last = descended(p, units, "mse", scaled, t, steps=25, rate=0.02, adam=True)[-1]
    found = experiment("any-function", widths=(3,), steps=25)
    y = np.tanh(scaled @ last["W1"].T + last["b1"]) @ last["W2"].T + last["b2"]
    assert found.column("y") == pytest.approx(y[:, 0].tolist(), rel=1e-7)
    assert found.column("rmse")[0] == pytest.approx(np.sqrt(((y - t) ** 2).mean()), rel=1e-7)


def test_scaling() -> None:
    random = np.random.default_rng(0)
    x = np.stack([random.uniform(0, 1, 60), random.uniform(0, 1000, 60)], axis=1)
    t = 3 * x[:, :1] + 0.002 * x[:, 1:] + 0.05 * random.standard_normal((60, 1))
    found = experiment("scaling", rates=(1e-6,), steps=12)
    for how, inputs in (("none", x), ("standard", (x - x.mean(axis=0)) / x.std(axis=0))):
        path = descended(
            begun([1], ["linear"], 0), ["linear"], "mse", inputs, t, steps=12, rate=1e-6
        )
        losses = [gradient(p, ["linear"], "mse", inputs, t)[0] / t.var() for p in path]
        rows = [row["loss"] for row in found.where(scaling=how)]
        assert rows == pytest.approx(losses, **CLOSE)


def test_changing_the_input() -> None:
    data, units = digits(400), ["tanh", "softmax"]
    hot = np.eye(10)[data.t.astype(int)]
    p = begun([24, 10], units, 0, inputs=64)
    w = descended(p, units, "ce", data.x, hot, steps=120, rate=0.01, adam=True, batch=50)[-1]
    x = data.x[int(np.flatnonzero(data.t == 3)[0])]
    sure = []
    for _ in range(6):
        h = np.tanh(w["W1"] @ x + w["b1"])
        e = np.exp(w["W2"] @ h + w["b2"])
        y = e / e.sum()
        sure += [y[3], y[8]]
        back = ((y - np.eye(10)[8]) @ w["W2"] * (1 - h**2)) @ w["W1"]
        x = np.clip(x - 0.03 * back, 0, 1)
    found = experiment("changed-input", steps=5)
    assert found.column("probability") == pytest.approx(sure, rel=1e-6)


def test_dropout() -> None:
    data = moons(20)
    model = nn.Sequential([nn.Dense(4, "tanh"), nn.Dropout(0.5), nn.Dense(1, "sigmoid")], inputs=2)
    w, random = model.parameters(2), np.random.default_rng(2)
    run = nn.train(model, data, optimiser="gd", rate=0.3, steps=3, seed=2)
    for _ in run:
        mask = (random.random((20, 4)) >= 0.5) / 0.5
        h = np.tanh(data.x @ w["W1"].T + w["b1"])
        kept = h * mask
        delta = (1 / (1 + np.exp(-(kept @ w["W2"].T + w["b2"]))) - data.t) / 20
        back = (delta @ w["W2"]) * mask * (1 - h**2)
        slopes = {
            "W2": delta.T @ kept,
            "b2": delta.sum(0),
            "W1": back.T @ data.x,
            "b1": back.sum(0),
        }
        w = {name: value - 0.3 * slopes[name] for name, value in w.items()}
        for name, value in w.items():
            np.testing.assert_allclose(run.parameters[name], value, rtol=1e-10, atol=1e-13)
