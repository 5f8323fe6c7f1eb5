"""Ten programs as users of Keras, PyTorch and scikit-learn write them from memory.

Each statement runs, or is told the word used here; the program with these words in it then runs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(80, 2))
Y = (X[:, 0] > X[:, 1]).astype(float)
IMAGES = RANDOM.uniform(size=(40, 1, 8, 8))
LABELS = RANDOM.integers(0, 10, 40)


@dataclass(frozen=True)
class Program:
    """A program from memory, what is told of its statements in order, and how it runs."""

    name: str
    memory: str
    told: tuple[str, ...]
    here: str


PROGRAMS = [
    Program(
        "Keras: add layers, compile, fit",
        """
model = nn.Sequential()
nn.Sequential(nn.Dense(16, activation="relu"), nn.Dense(1, activation="sigmoid"))
nn.Sequential([nn.Dense(16, activation="relu")]).add(nn.Dense(1, activation="sigmoid"))
nn.Dense(16, activation="relu", input_shape=(2,))
""",
        ("in a list", "in a list", "given at once", "inputs=2"),
        """
model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dense(1, activation="sigmoid")])
run = model.fit(X, Y, loss="binary_crossentropy", optimizer="adam", learning_rate=0.05,
                epochs=60, batch_size=16)
good = run.evaluate(X, Y)["accuracy"] > 0.9
""",
    ),
    Program(
        "Keras: compile, validation_split, evaluate, predict",
        """
model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(X, Y, epochs=5, validation_split=0.2, loss="bce")
model.fit(X, Y, epochs=5, metrics=["accuracy"], loss="bce")
model.evaluate(X, Y)
model.predict(X)
model.save("model.keras")
model.count_params()
model(X)
""",
        (
            "fit(x, t, loss='bce'",
            "validation=held",
            "run.evaluate()",
            "run.evaluate(x, t)",
            "run.predict(x)",
            "run.save('run.npz')",
            "model.summary()",
            ".predict(x)",
        ),
        """
model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dense(1, activation="sigmoid")])
run = model.fit(X, Y, epochs=5, loss="bce", validation_data=(X, Y))
run.save(folder / "run.npz")
good = set(run.history) >= {"loss", "accuracy", "held_out_loss"} and run.predict(X).shape == (80, 1)
""",
    ),
    Program(
        "Keras: functional",
        """
inputs = nn.Input(shape=(2,))
x = nn.Dense(16, activation="relu")(X)
model = nn.Model(X, Y)
""",
        ("Sequential(layers, inputs=2)", "Sequential([…])", "Sequential(layers)"),
        """
model = nn.Sequential([nn.Dense(16, activation="relu"), nn.Dense(1)], inputs=2)
good = model.summary().csv().count("Dense") == 2
""",
    ),
    Program(
        "Keras: callbacks and regularisers",
        """
stop = nn.EarlyStopping(monitor="val_loss", patience=5)
layer = nn.Dense(8, kernel_regularizer="l2")
penalty = nn.l2(0.01)
model = nn.Sequential([nn.Dense(8, activation="relu"), nn.Dropout(0.2), nn.Dense(1, "sigmoid")])
model.fit(X, Y, epochs=50, callbacks=[], loss="bce")
model.fit(X, Y, epochs=50, class_weight={0: 1, 1: 2}, loss="bce")
""",
        ("patience=10", "fit(x, t, l2=0.01)", "l2=0.01", "run.run(watch=function)", "repeat those"),
        """
model = nn.Sequential([nn.Dense(8, activation="relu"), nn.Dropout(0.2), nn.Dense(1, "sigmoid")])
run = model.fit(X, Y, epochs=50, l2=0.01, patience=5, validation_data=(X, Y), loss="bce")
good = run.accuracy() > 0.6
""",
    ),
    Program(
        "Keras: a convolution",
        """
nn.Conv2D(8, (3, 3), activation="relu", padding="same")
nn.MaxPooling2D((2, 2))
nn.Conv2D(filters=8, kernel_size=3)
nn.Conv2D(8, (3, 3, 3))
nn.Dropout(p=0.5)
nn.Dense("16")
nn.Dense(16, activation=np.tanh)
nn.AveragePooling2D(2)
""",
        (
            "nn.Padding2D(1)",
            "MaxPool2D",
            "called channels",
            "Conv2D(8, 3)",
            "called rate",
            "whole number",
            "by its name",
            "nn.Layer",
        ),
        """
model = nn.Sequential([
    nn.Conv2D(8, 3, activation="relu"), nn.MaxPool2D(2), nn.Flatten(),
    nn.Dense(10, activation="softmax"),
])
run = model.fit(IMAGES, LABELS, epochs=2, batch_size=10, loss="sparse_categorical_crossentropy")
good = run.predict(IMAGES).shape == (40, 10)
""",
    ),
    Program(
        "PyTorch: a module",
        """
class Net(nn.Module):
    pass
nn.Linear(2, 16)
nn.ReLU()
nn.LeakyReLU(0.1)
nn.BCEWithLogitsLoss()
nn.functional.relu(X)
nn.LayerNorm(8)
nn.Softmax(dim=1)
nn.Embedding(num_embeddings=9, embedding_dim=3)
nn.utils.clip_grad_norm_([], 1.0)
""",
        (
            "nn.Layer",
            "Dense(units)",
            "Activation('relu')",
            "Activation('leaky_relu')",
            "loss='bce'",
            "Activation('relu')",
            "takes nothing",
            "no axis",
            "called words",
            "clip=1.0",
        ),
        """
model = nn.Sequential([nn.Dense(16), nn.Activation("ReLU"), nn.Dense(1)])
run = nn.train(model, X, Y, loss="BCEWithLogitsLoss", optimizer="Adam", lr=0.05, num_epochs=60)
run.run()
good = run.accuracy() > 0.9
""",
    ),
    Program(
        "PyTorch: the loop",
        """
model = nn.Sequential([nn.Dense(8, "relu"), nn.Dense(1, "sigmoid")], inputs=2)
optimizer = nn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
nn.DataLoader(X, batch_size=32, shuffle=True)
run = nn.train(model, X, Y, loss="BCELoss", optimizer="SGD", lr=0.5, epochs=40)
run.zero_grad()
run.backward()
run.eval()
run.state_dict()
model.forward(X)
nn.train(model, X, Y, loss="BCELoss", optimizer="SGD", lr=0.1, weight_decay=1e-4)
nn.train(model, X, Y, loss_fn="BCELoss", lr_scheduler="cosine", epochs=2)
nn.train(model, X, Y, loss="BCELoss", device="cuda", epochs=2)
run.optimizer.step()
run.to("cuda")
""",
        (
            "optimiser='adam'",
            "batch=32",
            "next(run)",
            "next(run)",
            "never drop out",
            "run.parameters",
            "run.predict(x)",
            "l2 = λ/2",
            "nn.schedules",
            "processor",
            "run.optimiser",
            "processor",
        ),
        """
model = nn.Sequential([nn.Dense(8, "relu"), nn.Dense(1, "sigmoid")], inputs=2)
run = nn.train(model, X, Y, loss="BCELoss", optimizer="SGD", lr=0.5, epochs=40, batch_size=20)
losses = [record.loss for record in run]
good = len(losses) == 160 and run.loss() < losses[0]
""",
    ),
    Program(
        "PyTorch: a recurrent net",
        """
nn.RNN(2, 8)
nn.LSTM(2, hidden_size=8, batch_first=True)
nn.NLLLoss()
""",
        ("Recurrent", "called units", "loss='ce'"),
        """
steps = np.stack([X, X[::-1]], axis=1)
model = nn.Sequential([nn.LSTM(4), nn.Dense(1, "sigmoid")])
run = model.fit(steps, Y, loss="BCELoss", epochs=3)
good = run.predict(steps).shape == (80, 1)
""",
    ),
    Program(
        "scikit-learn: a classifier",
        """
clf = nn.MLPClassifier(hidden_layer_sizes=(16,), max_iter=300, random_state=0)
model = nn.Sequential([nn.Dense(16, "relu"), nn.Dense(1, "sigmoid")])
model.fit(X, Y, hidden_layer_sizes=(16,))
model.fit(X, Y, loss="log_loss", max_iter=2, alpha=1e-3)
model.fit(X, Y)
clf = model.fit(X, Y, loss="log_loss", max_iter=60, random_state=0, learning_rate_init=0.05,
                solver="adam", early_stopping=True)
clf = model.fit(X, Y, loss="log_loss", max_iter=60, random_state=0)
clf.score(X, Y)
clf.predict_proba(X)
nn.cross_val_score(clf, X, Y)
nn.Estimator("numbers", epochs=1).fit(X, Y).predict_proba(X)
""",
        (
            "fit(x, t, loss='bce')",
            "nn.Sequential([nn.Dense(16",
            "l2 = alpha/(2n)",
            "epochs or steps",
            "patience=10",
            "run.evaluate(x, t)['accuracy']",
            "which gives probabilities",
            "nn.Estimator",
            "predict(x)",
        ),
        """
own = nn.Estimator(hidden_layer_sizes=(16,), max_iter=60, random_state=0, learning_rate_init=0.05)
share = own.fit(X, Y).predict_proba(X)
assert np.allclose(share.sum(axis=1), 1)
assert ((share[:, 1] > 0.5) == own.predict(X)).all() and own.score(X, Y) > 0.9
model = nn.Sequential([nn.Dense(16, "relu"), nn.Dense(1, "sigmoid")])
clf = model.fit(X, Y, loss="log_loss", max_iter=60, random_state=0, learning_rate_init=0.05)
good = clf.evaluate(X, Y)["accuracy"] > 0.9
""",
    ),
    Program(
        "scikit-learn: a line after scaling and splitting",
        """
nn.train_test_split(X, Y, test_size=0.2)
nn.StandardScaler().fit_transform(X)
reg = nn.LinearRegression()
reg = nn.Sequential([nn.Dense(1)]).fit(X, X @ [2.0, -1.0] + 3, solver="gd", eta0=0.3, max_iter=200)
reg.coef_
reg.intercept_
""",
        (
            "data.split(0.25, seed)",
            "Scaling.of(x)",
            "Sequential([Dense(1)])",
            "run.parameters['W1']",
            "run.parameters['b1']",
        ),
        """
reg = nn.Sequential([nn.Dense(1)]).fit(X, X @ [2.0, -1.0] + 3, solver="gd", eta0=0.3, max_iter=200)
good = np.allclose(reg.parameters["W1"], [[2, -1]]) and np.allclose(reg.parameters["b1"], 3)
""",
    ),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_runs_or_is_told_the_word_used_here(program: Program, tmp_path: Path) -> None:
    names: dict[str, Any] = {
        "np": np,
        "nn": nn,
        "X": X,
        "Y": Y,
        "IMAGES": IMAGES,
        "LABELS": LABELS,
        "folder": tmp_path,
    }
    told = []
    for statement in ast.parse(program.memory).body:
        try:
            exec(compile(ast.Module([statement], []), program.name, "exec"), names)
        except (AttributeError, TypeError, InputError) as refusal:
            told.append(f"{refusal} {getattr(refusal, 'allowed', '')}")
    assert len(told) == len(program.told), told
    for words, word in zip(told, program.told, strict=True):
        assert word in words
    exec(compile(program.here, program.name, "exec"), names)
    assert names["good"]
