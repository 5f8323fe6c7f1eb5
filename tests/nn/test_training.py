from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError, TrainingError
from tests.nn.references import gradient

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(11, 3))
NUMBERS = RANDOM.normal(size=(11, 2))
LABELS = RANDOM.integers(0, 3, size=11)
COIN = RANDOM.integers(0, 2, size=11).astype(float)

CASES = [
    ([4, 2], ["tanh", "linear"], "mse", NUMBERS),
    ([4, 2], ["relu", "sigmoid"], "mse", NUMBERS),
    ([5, 4, 1], ["sigmoid", "relu", "sigmoid"], "bce", COIN),
    ([4, 1], ["tanh", "linear"], "bce", COIN),
    ([4, 3], ["relu", "softmax"], "ce", LABELS),
    ([4, 3], ["sigmoid", "linear"], "ce", LABELS),
]


def dense(units: list[int], activations: list[str], inputs: int = 3) -> nn.Sequential:
    layers = [nn.Dense(u, a) for u, a in zip(units, activations, strict=True)]
    return nn.Sequential(layers, inputs=inputs)


@pytest.mark.parametrize(("units", "activations", "loss", "t"), CASES)
def test_gradients_are_those_of_the_textbook(
    units: list[int], activations: list[str], loss: str, t: Any
) -> None:
    run = nn.train(dense(units, activations), X, t, loss=loss, optimiser="gd", steps=3)
    before = run.parameters
    record = next(run)
    target = np.eye(3)[t] if loss == "ce" else t.reshape(11, -1)
    mean, expected = gradient(before, activations, loss, X, target)
    assert record.loss == pytest.approx(mean, rel=1e-12)
    for name, values in expected.items():
        np.testing.assert_allclose(run.gradients[name], values, rtol=1e-10, atol=1e-14)
        assert record.gradient_norms[name] == pytest.approx(np.linalg.norm(values), rel=1e-10)


def by_hand(name: str, w: Any, gradients: list[Any], rate: float) -> Any:
    """The optimisers as their papers print them, step by step."""
    a, b = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        if name in ("gd", "sgd"):
            w = w - rate * g
        elif name == "momentum":
            a = 0.9 * a + g
            w = w - rate * a
        elif name == "nesterov":
            a = 0.9 * a + g
            w = w - rate * (0.9 * a + g)
        elif name == "adagrad":
            a = a + g * g
            w = w - rate * g / (np.sqrt(a) + 1e-8)
        elif name == "adadelta":
            a = 0.9 * a + 0.1 * g * g
            d = np.sqrt(b + 1e-6) / np.sqrt(a + 1e-6) * g
            b = 0.9 * b + 0.1 * d * d
            w = w - rate * d
        elif name == "rmsprop":
            a = 0.9 * a + 0.1 * g * g
            w = w - rate * g / (np.sqrt(a) + 1e-8)
        else:
            a = 0.9 * a + 0.1 * g
            b = 0.999 * b + 0.001 * g * g
            step = (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
            w = w - rate * step - (rate * 0.01 * w if name == "adamw" else 0)
    return w


@pytest.mark.parametrize("name", list(nn.METHODS))
def test_each_optimiser_steps_as_its_paper_says(name: str) -> None:
    model = dense([1], ["linear"])
    run = nn.train(model, X, COIN, optimiser=nn.Optimiser(name, 0.05), batch=4, steps=7, seed=3)
    start, seen = run.parameters, []
    for _ in run:
        seen.append(run.gradients)
    for key in ("W1", "b1"):
        expected = by_hand(name, start[key], [g[key] for g in seen], 0.05)
        np.testing.assert_allclose(run.parameters[key], expected, rtol=1e-12, atol=1e-15)


def test_an_epoch_sees_every_example_once_and_its_last_batch_is_short() -> None:
    run = nn.train(dense([1], ["linear"]), X, COIN, batch=4, epochs=2)
    batches = [record.batch for record in run]
    assert [len(b) for b in batches] == [4, 4, 3, 4, 4, 3]
    assert sorted(np.concatenate(batches[:3])) == list(range(11))
    assert list(np.concatenate(batches[:3])) != list(np.concatenate(batches[3:]))


def test_same_seed_same_run_and_rewinding_makes_the_same_steps_again() -> None:
    model = nn.Sequential([nn.Dense(6, "tanh"), nn.Dropout(0.3), nn.Dense(1)], inputs=3)
    runs = [nn.train(model, X, COIN, batch=4, steps=20, optimiser="adam", seed=5) for _ in "ab"]
    first, second = ([r.loss for r in run] for run in runs)
    assert first == second
    runs[0].rewind(8)
    assert runs[0].step == 8
    assert [r.loss for r in runs[0]] == first[8:]
    other = nn.train(model, X, COIN, batch=4, steps=20, optimiser="adam", seed=6)
    assert [r.loss for r in other] != first


def test_penalties_are_added_to_weights_alone() -> None:
    model = dense([1], ["linear"])
    start = {"W1": np.array([[1.0, -2.0, 0.5]]), "b1": np.array([3.0])}
    plain = nn.train(model, X, COIN, steps=1, start=start)
    heavy = nn.train(model, X, COIN, steps=1, start=start, l1=0.1, l2=0.01)
    next(plain)
    record = next(heavy)
    assert record.penalty == pytest.approx(0.1 * 3.5 + 0.01 * 5.25)
    difference = heavy.gradients["W1"] - plain.gradients["W1"]
    np.testing.assert_allclose(difference, [[0.12, -0.14, 0.11]], rtol=1e-12)
    np.testing.assert_array_equal(heavy.gradients["b1"], plain.gradients["b1"])


@pytest.mark.parametrize("observe", [True, False])
def test_a_long_gradient_is_shortened_and_keeps_its_direction(observe: bool) -> None:
    # y = w x + b at x = 3/4, t = 0: the gradient of y² is 2y·(3/4, 1), of length 5/2 |y|.
    start = {"W1": np.array([[8.0]]), "b1": np.array([2.0])}
    plan = {"rate": 0.1, "start": start, "observe": observe, "seed": 0}
    run = nn.train(dense([1], ["linear"], 1), [[0.75]], [0.0], steps=2, clip=5.0, **plan)
    # y is 8 and then 7.375: both gradients are longer than 5, so 5·(3/5, 4/5).
    run.run()
    np.testing.assert_allclose(run.parameters["W1"], [[8 - 2 * 0.3]], rtol=1e-14)
    np.testing.assert_allclose(run.parameters["b1"], [2 - 2 * 0.4], rtol=1e-14)
    long = nn.train(dense([1], ["linear"], 1), [[0.75]], [0.0], steps=1, clip=20.5, **plan)
    long.run()  # 20 is not longer: 2·8·(3/4, 1)
    np.testing.assert_allclose(long.parameters["W1"], [[8 - 0.1 * 12]], rtol=1e-14)


@pytest.mark.parametrize("clip", [0, -1.0, float("nan")])
def test_a_gradient_is_clipped_to_a_positive_length(clip: float) -> None:
    with pytest.raises(InputError, match="positive length"):
        nn.train(dense([1], ["linear"], 1), [[1.0]], [1.0], steps=1, clip=clip)


def test_early_stopping_puts_the_best_parameters_back() -> None:
    model = dense([8, 1], ["tanh", "linear"])
    rule = {"optimiser": nn.Optimiser("adam", 0.1), "epochs": 400, "patience": 5, "seed": 1}
    run = nn.train(model, X[:6], COIN[:6], validation=(X[6:], COIN[6:]), **rule)
    losses = []
    for record in run:
        losses.append(run.loss(X[6:], COIN[6:]))
        assert record.metrics["held_out_loss"] == losses[-1]
    assert "held-out" in run.stopped
    assert run.loss(X[6:], COIN[6:]) == pytest.approx(min(losses), rel=1e-12)


def test_a_rate_too_large_is_told_with_step_and_layer() -> None:
    run = nn.train(
        dense([1], ["linear"]), 1e3 * X, COIN, optimiser=nn.Optimiser("gd", 10.0), steps=1000
    )
    with pytest.raises(TrainingError) as caught:
        run.run()
    error = caught.value
    assert error.step == run.step + 1 and "learning rate 10" in str(error)
    assert "smaller learning rate" in str(error)
    assert all(np.isfinite(w).all() for w in run.parameters.values())


@pytest.mark.parametrize(
    ("x", "t", "loss", "words"),
    [
        (
            np.where(X > 2, np.nan, X) if (X > 2).any() else np.full_like(X, np.nan),
            COIN,
            "mse",
            "nan in example",
        ),
        (X[:, :2], COIN, "mse", "shape (11, 2)"),
        (X, COIN[:5], "mse", "5 targets for 11 examples"),
        (X, COIN + 1, "bce", "lie between 0 and 1"),
        ([["a", "b", "c"]], [1.0], "mse", "no table of numbers"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_its_place(
    x: Any, t: Any, loss: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        nn.train(dense([1], ["linear"]), x, t, loss=loss)
    assert words in str(caught.value)


def test_a_label_outside_the_classes_is_refused_with_its_row() -> None:
    labels = LABELS.copy()
    labels[4] = 3
    with pytest.raises(InputError, match="label of example 5 is 3"):
        nn.train(dense([3], ["softmax"]), X, labels, loss="ce")


def test_what_there_is_not_is_named() -> None:
    for wrong, words in [
        (lambda: nn.Dense(2, "relux"), "activation `relux`"),
        (lambda: nn.Optimiser("adamm"), "optimiser `adamm`"),
        (lambda: nn.Optimiser("adam", given={"mu": 1}), "adam has no `mu`"),
        (lambda: nn.Initialiser("xavierr"), "initialiser `xavierr`"),
        (lambda: dense([1], ["linear"]).network("msee"), "loss `msee`"),
        (lambda: nn.Optimiser("gd", -1.0), "learning rate is -1"),
    ]:
        with pytest.raises(InputError, match=words):
            wrong()
