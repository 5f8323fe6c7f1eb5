"""Programs as users of Keras, PyTorch and scikit-learn write them: run, or told the word here."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.errors import InputError

RANDOM = np.random.default_rng(8)
X = RANDOM.normal(size=(60, 2))
COIN = (X[:, 0] > X[:, 1]).astype(float)
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def test_a_classifier_of_keras() -> None:
    model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dense(1, activation="sigmoid")])
    run = model.fit(
        X,
        COIN,
        loss="binary_crossentropy",
        optimizer="adam",
        learning_rate=0.02,
        batch_size=16,
        epochs=40,
    )
    assert run.evaluate(X, COIN)["accuracy"] > 0.9
    assert run.predict(X[:3]).shape == (3, 1)
    assert len(run.history["loss"]) == 40


def test_classes_of_keras_by_labels() -> None:
    model = nn.Sequential([nn.Dense(12, "tanh"), nn.Dense(3, "softmax")], inputs=2)
    run = model.fit(
        X,
        LABELS,
        loss="sparse_categorical_crossentropy",
        optimizer="RMSprop",
        epochs=60,
        batch_size=20,
    )
    assert run.accuracy() > 0.85


def test_a_loop_of_pytorch() -> None:
    model = nn.Sequential([nn.Dense(8, "Tanh"), nn.Dense(1)], inputs=2)
    run = chainrule.train(
        model, X, COIN, loss="BCEWithLogitsLoss", optimizer="SGD", lr=0.5, num_epochs=200
    )
    losses = [record.loss for record in run]
    assert len(losses) == 200 and losses[-1] < losses[0] / 2
    assert run.accuracy() > 0.9


def test_a_regressor_of_scikit_learn() -> None:
    model = nn.Sequential([nn.Dense(1)])
    run = model.fit(
        X, X @ [2.0, -1.0], solver="adam", learning_rate_init=0.1, max_iter=300, random_state=3
    )
    assert run.evaluate()["r2"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Linear", "Dense(units)"),
        ("ReLU", "Activation('relu')"),
        ("Conv2d", "Conv2D"),
        ("MaxPool2d", "MaxPool2D"),
        ("BatchNormalization", "BatchNorm"),
        ("Module", "nn.Layer"),
        ("MLPClassifier", ".fit(x, t, loss='bce')"),
        ("SimpleRNN", "Recurrent"),
        ("CrossEntropyLoss", "loss='ce'"),
        ("Adam", "Optimiser('adam'"),
    ],
)
def test_a_name_of_elsewhere_is_answered(name: str, word: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(nn, name)
    assert word in str(caught.value)
    assert not hasattr(nn, "Nothing")


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: nn.Dense(4, input_shape=(2,)), "Sequential(layers, inputs=2)"),
        (lambda: nn.Dense(4, kernel_initializer="he_normal"), "called initialiser"),
        (lambda: nn.Conv2D(filters=3), "called channels"),
        (lambda: nn.Conv2D(3, padding="same"), "nn.Padding2D"),
        (lambda: nn.LSTM(4, hidden=3), "It has units, every, initialiser."),
        (lambda: nn.Sequential([nn.Dense(1)]).graph(), "inputs=2"),
    ],
)
def test_a_choice_of_elsewhere_is_answered(call: Any, word: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert word in str(caught.value)


def test_layers_are_copied_and_sent_to_other_processes() -> None:
    layer = nn.Dense(3, "relu", bias=False)
    assert copy.deepcopy(layer) == pickle.loads(pickle.dumps(layer)) == layer


def test_an_estimator_is_copied_and_scored_as_pipelines_do() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(40, 2))
    y = x @ [3.0, -1.0] + 2
    chosen = nn.Estimator("numbers", hidden="", rate=0.1).set_params(epochs=400, batch=None)
    copy = type(chosen)(**chosen.get_params())
    assert copy.get_params() == chosen.get_params() and copy is not chosen
    # A line without noise is the one of least squares.
    design = np.column_stack([x, np.ones(40)])
    closed = np.linalg.lstsq(design[:30], y[:30])[0]
    np.testing.assert_allclose(copy.fit(x[:30], y[:30]).predict(x[30:]), design[30:] @ closed, 1e-3)
    assert copy.score(x[30:], y[30:]) == pytest.approx(1, abs=1e-5)
    # One that answers the mean has R² 0, one that is worse less.
    assert copy.score(x[30:], -y[30:]) < 0
    with pytest.raises(InputError, match="hiden"):
        chosen.set_params(hiden="4")


@pytest.mark.parametrize("count", [2, 3])
def test_an_estimator_answers_with_the_classes_it_was_given(count: int) -> None:
    random = np.random.default_rng(2)
    words = np.array(["ash", "beech", "fir"])[:count]
    t = random.integers(0, count, 60)
    x = random.normal(size=(60, 2)) * 0.1 + np.array([[0, 0], [2, 0], [0, 2]])[t]
    found = nn.Estimator(hidden="4", rate=0.05, epochs=60).fit(x, words[t])
    assert found.predict([[0, 0], [2, 0]]).tolist() == ["ash", "beech"]
    assert found.score(x, words[t]) == 1 and found.score(x, words[t - 1]) == 0
