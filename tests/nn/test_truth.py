"""What is told of training is so: on all data, in the target's unit, and refused where nonsense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError
from chainrule.nn.building import Choices, prepared
from chainrule.nn.data import Data, named
from chainrule.nn.stepping import MOST_COMPILED
from chainrule.nn.trained import judged

RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(50, 2))
T = X @ [1.0, -2.0] + 0.5
COIN = (T > 0).astype(float)


def net(*layers: Any) -> nn.Sequential:
    return nn.Sequential(layers, inputs=2)


def test_scores_of_an_epoch_are_those_of_all_examples() -> None:
    model = net(nn.Dense(3, "tanh"), nn.Dense(1, "sigmoid"))
    run = nn.train(model, X, COIN, loss="bce", batch=7, epochs=3, validation=(X[:9], 1 - COIN[:9]))
    for record in run:
        if record.step % run.per_epoch:
            assert not record.metrics
            continue
        w = run.parameters
        a = np.tanh(X @ w["W1"].T + w["b1"]) @ w["W2"].T + w["b2"]
        losses = (np.logaddexp(0, a) - COIN[:, None] * a)[:, 0]
        assert record.metrics["loss"] == pytest.approx(losses.mean(), rel=1e-12)
        assert record.metrics["accuracy"] == np.mean((a[:, 0] > 0) == (COIN > 0.5))
        held = np.mean((a[:9, 0] > 0) == (COIN[:9] < 0.5))
        assert record.metrics["held_out_accuracy"] == held
    assert list(run.history["epoch"]) == [1, 2, 3]
    assert run.history["loss"].iloc[-1] == run.loss()


def test_numbers_are_scaled_and_told_in_their_own_unit() -> None:
    price = 250_000 + 80_000 * T[:, None]
    data = Data("prices", X, price, ("a", "b"), "numbers")
    ready = prepared(data, Choices(hidden="", optimiser="gd", rate=0.1, batch=None, epochs=300))
    ready.run.run()
    assert ready.held is not None
    predicted = ready.predict(ready.held.x)
    error = np.sqrt(np.mean((predicted - ready.held.t) ** 2))
    told = ready.run.told()
    assert told["held_out_rmse"] == pytest.approx(error, rel=1e-6, abs=1e-6)
    assert told["held_out_r2"] > 0.999
    assert error < 1e-3 * price.std()


def test_r2_is_that_of_the_textbook_and_a_bad_model_says_so() -> None:
    model = net(nn.Dense(1))
    start = {"W1": np.array([[0.5, 0.0]]), "b1": np.array([9.0])}
    run = nn.train(model, X, T, start=start, steps=1)
    y = 0.5 * X[:, 0] + 9
    r2 = 1 - ((T - y) ** 2).sum() / ((T - T.mean()) ** 2).sum()
    told = run.evaluate()
    assert told["r2"] == pytest.approx(r2) and r2 < 0
    assert told["rmse"] == pytest.approx(np.sqrt(np.mean((T - y) ** 2)))
    assert judged(told).startswith("Worse than the mean")
    good = nn.train(model, X, T, optimiser="gd", rate=0.3, steps=200)
    good.run()
    assert judged(good.evaluate()).startswith("It explains 100 %")
    # Held-out data decide, whatever the training data say.
    assert judged({"r2": 0.9, "held_out_r2": -0.1}).startswith("Worse than the mean")
    assert judged({"loss": 1.0}) == ""


@pytest.mark.parametrize(
    ("layers", "loss", "t", "words"),
    [
        ((nn.Dense(1, "softmax"),), "bce", COIN, "softmax of one value is always 1"),
        ((nn.Dense(1),), "ce", COIN, "softmax of one value is always 1"),
        ((nn.Dense(1, "tanh"),), "bce", COIN, "bce does not fit an output of tanh"),
        ((nn.Dense(1, "relu"),), "bce", COIN, "bce does not fit an output of relu"),
        ((nn.Dense(3, "sigmoid"),), "ce", COIN, "whose sum is 1"),
        ((nn.Dense(1, "sigmoid"),), "hinge", COIN, "can be 1 as well as −1"),
        ((nn.Dense(2, "softmax"),), "ce", np.full((50, 2), 0.7), "example 1 is [0.7, 0.7]"),
    ],
)
def test_units_and_sums_that_do_not_fit_the_loss_are_refused(
    layers: Any, loss: str, t: Any, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        nn.train(net(*layers), X, t, loss=loss, steps=1)
    assert words in str(caught.value)


def test_units_that_fit_are_taken() -> None:
    for unit, loss in (
        ("sigmoid", "bce"),
        ("linear", "bce"),
        ("linear", "hinge"),
        ("sigmoid", "mse"),
    ):
        run = nn.train(net(nn.Dense(1, unit)), X, COIN, loss=loss, rate=0.3, epochs=200)
        run.run()
        assert run.accuracy() > 0.9


def test_penalties_hold_for_weights_whatever_their_names() -> None:
    class Shifted:
        """x · W + K: the letters say nothing."""

        def write(self, page: nn.Page, x: Any) -> Any:
            page.layer += 1
            scaled = x * page.parameter("b", x.shape)
            return page.output(scaled + page.parameter("W", x.shape, "zeros", "bias"))

    start = {"b1": np.ones(2), "W1": np.ones(2), "W2": np.ones((1, 2)), "b2": np.ones(1)}
    runs = [nn.train(net(Shifted(), nn.Dense(1)), X, T, start=start, l2=l2) for l2 in (0.0, 0.1)]
    for run in runs:
        next(run)
    moved = {n: runs[1].gradients[n] - g for n, g in runs[0].gradients.items()}
    for name, change in moved.items():
        np.testing.assert_allclose(change, 0.2 if name in ("b1", "W2") else 0.0, atol=1e-12)


def test_advancing_obeys_target_and_patience() -> None:
    def run(**given: Any) -> nn.Training:
        return nn.train(net(nn.Dense(1)), X, T, optimiser="gd", rate=0.3, epochs=500, **given)

    slow, fast = run(target=0.01), run(target=0.01)
    records = slow.run()
    fast.advance(500)
    assert fast.step == slow.step == len(records) < 500
    held = {"validation": (X[:5], T[:5] + 3), "patience": 4}
    slow, fast = run(**held), run(**held)
    slow.run()
    fast.advance(500)
    assert fast.step == slow.step < 500 and fast.stopped == slow.stopped != ""
    for name, w in slow.parameters.items():
        np.testing.assert_array_equal(fast.parameters[name], w)


def test_a_run_without_an_end_is_not_run() -> None:
    run = nn.train(net(nn.Dense(1)), X, T)
    with pytest.raises(InputError, match="no end"):
        run.run()
    assert next(run).step == 1


def test_buffers_and_moments_are_bounded() -> None:
    run = nn.train(net(nn.Dense(1)), X, T, rate=0.01)
    for size in range(1, 40):
        run.predict(X[:size])
    assert len(run._stepper._compiled) <= MOST_COMPILED
    run._most = 8
    seen = [next(run).loss for _ in range(60)]
    assert len(run._moments) <= 8
    run.rewind(37)
    assert [next(run).loss for _ in range(5)] == seen[37:42]
    many = np.repeat(X, 200, axis=0)
    np.testing.assert_array_equal(run.predict(many)[::200], run.predict(X))


def test_parameters_are_not_lost_in_silence() -> None:
    run = nn.train(net(nn.Dense(1)), X, T, steps=20)
    next(run)
    with pytest.raises(ValueError, match="read-only"):
        run.parameters["W1"][0, 0] = 3.0
    with pytest.raises(TypeError):
        run.parameters["W1"] = 0  # type: ignore[index]
    run.change(W1=[[7.0, 8.0]])
    assert run.parameters["W1"].tolist() == [[7.0, 8.0]]
    after = [next(run).loss for _ in range(4)]
    run.rewind(1)
    assert run.parameters["W1"].tolist() == [[7.0, 8.0]]
    assert [next(run).loss for _ in range(4)] == after
    with pytest.raises(InputError, match="Q is unknown"):
        run.change(Q=1)


def test_words_of_other_libraries_are_understood() -> None:
    keras = nn.train(
        net(nn.Dense(4, "ReLU"), nn.Dense(1, "sigmoid")),
        X,
        COIN,
        loss="binary_crossentropy",
        optimizer="Adam",
        learning_rate=0.02,
        batch_size=10,
        epochs=4,
        validation_data=(X, COIN),
    )
    ours = nn.train(
        net(nn.Dense(4, "relu"), nn.Dense(1, "sigmoid")),
        X,
        COIN,
        loss="bce",
        optimiser=nn.Optimiser("adam", 0.02),
        batch=10,
        epochs=4,
        validation=(X, COIN),
    )
    assert [r.loss for r in keras] == [r.loss for r in ours]
    assert nn.Initialiser("glorot_uniform").scheme == "xavier"
    for words, answer in (
        ({"weight_decay": 0.1}, "l2 = λ/2"),
        ({"momentum": 0.9}, "optimiser='momentum'"),
        ({"verbose": 0}, "watch=print"),
        ({"validation_split": 0.2}, "data.split"),
        ({"epoch": 3}, "choice `epoch`"),
        ({"lr": 1, "rate": 2}, "given twice"),
        ({"loss": "MAPE"}, "no loss `MAPE`"),
        ({"optimizer": "Adamm"}, "no optimiser"),
    ):
        with pytest.raises(InputError) as caught:
            nn.train(net(nn.Dense(1)), X, T, **words)  # type: ignore[arg-type]
        assert answer in str(caught.value)


def test_a_generated_data_set_is_given_as_it_is() -> None:
    data = named("moons", count=60)
    kept, held = data.split(0.25)
    run = nn.train(
        net(nn.Dense(8, "tanh"), nn.Dense(1, "sigmoid")),
        kept,
        validation=held,
        optimiser="adam",
        rate=0.05,
        epochs=60,
    )
    run.run()
    assert run.network.loss.name == "bce" and run.told()["held_out_accuracy"] > 0.8
