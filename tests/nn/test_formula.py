"""Formulas and programs that learn, against closed forms and the same network in layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import Graph, nn, train
from chainrule.errors import ChainruleError, InputError, ParseError
from chainrule.nn.data import Data, named

RANDOM = np.random.default_rng(17)
X = RANDOM.normal(size=(30, 2))
T = np.sin(X[:, 0]) + X[:, 1]
COIN = (X[:, 0] > 0).astype(float)
NET = "y = W2 @ tanh(W1 @ x + b1) + b2"
LEARN = "W1: 4x2, b1: 4, W2: 1x4, b2: 1"


def test_a_typed_network_trains_as_the_same_layers_do() -> None:
    model = nn.Sequential([nn.Dense(4, "tanh"), nn.Dense(1)], inputs=2)
    start = model.parameters(seed=4)
    choices: dict[str, Any] = {"optimiser": "adam", "batch": 7, "epochs": 20, "l2": 0.01}
    layers = train(model, X, T, start=start, **choices)
    typed = train(NET, X, T, learn=LEARN, loss="mean((y - t)^2)", start=start, **choices)
    for ours, theirs in zip(layers, typed, strict=True):
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-12)
    for name, w in layers.parameters.items():
        np.testing.assert_allclose(typed.parameters[name], w, rtol=1e-9, atol=1e-12)
    assert typed.evaluate() == pytest.approx(layers.evaluate(), rel=1e-9)


def test_a_line_in_two_columns_ends_at_its_closed_form() -> None:
    columns = {"x1": X[:, 0], "x2": X[:, 1], "t": T}
    run = train(
        "y = a x1 + b x2 + c",
        columns,
        learn="a b c",
        loss="(y - t)^2",
        optimiser="gd",
        rate=0.2,
        steps=400,
    )
    run.run()
    design = np.column_stack([X, np.ones(30)])
    closed = np.linalg.lstsq(design, T, rcond=None)[0]
    found = [float(run.parameters[name]) for name in "abc"]
    assert found == pytest.approx(closed.tolist(), rel=1e-9)
    assert run.loss() == pytest.approx(float(np.mean((design @ closed - T) ** 2)), rel=1e-12)


def test_the_table_of_an_example_is_that_of_the_formula() -> None:
    run = train("y = a x + b", X[:, 0], T, learn={"a": 2.0, "b": -1.0}, loss="(y - t)^2", steps=1)
    worked = run.worked(3)
    y = 2 * X[3, 0] - 1
    assert float(worked["value:y"]) == pytest.approx(y)
    assert float(worked["adjoint:a"]) == pytest.approx(2 * (y - T[3]) * X[3, 0])
    assert "y = a·x + b" in worked.table().text()


def test_a_named_loss_compares_with_the_targets() -> None:
    run = train("p = sigmoid(w @ x + b)", X, COIN, learn="w: 2, b", loss="bce", rate=1.0, epochs=60)
    run.run()
    p, w = run.parameters, X @ run.parameters["w"] + run.parameters["b"]
    expected = np.mean(np.logaddexp(0, w) - COIN * w)
    assert run.loss() == pytest.approx(float(expected), rel=1e-12)
    assert run.accuracy() == np.mean((w > 0) == (COIN > 0.5))
    assert set(p) == {"w", "b"}


def test_a_program_may_hold_its_own_loss() -> None:
    run = train(
        "J = mean((W @ x - t)^2)",
        {"x": X, "t": T[:, None]},
        learn="W: 1x2",
        loss="J",
        optimiser="gd",
        rate=0.2,
        steps=300,
    )
    run.run()
    closed = np.linalg.lstsq(X, T, rcond=None)[0]
    np.testing.assert_allclose(run.parameters["W"][0], closed, rtol=1e-9)


def test_penalties_go_by_what_a_parameter_does() -> None:
    run = train("y = B x + W", X[:, 0], T, learn="B W", steps=1)
    assert {n: p.kind for n, p in run.network.parameters.items()} == {"B": "weight", "W": "bias"}


def test_a_traced_function_and_generated_data_are_trained() -> None:
    graph = Graph.trace(lambda w, x: w * x)
    run = train(graph, X[:, 0], 3 * X[:, 0], learn="w", loss="(y - t)^2", rate=0.2, steps=200)
    run.run()
    assert float(run.parameters["w"]) == pytest.approx(3)
    data = named("line")
    line = train("y = a x + b", data, learn="a b", optimiser="gd", rate=0.2, steps=300)
    line.run()
    slope, shift = np.polyfit(data.x[:, 0], data.t[:, 0], 1)
    assert float(line.parameters["a"]) == pytest.approx(slope, rel=1e-8)
    assert float(line.parameters["b"]) == pytest.approx(shift, rel=1e-8)


@pytest.mark.parametrize(
    ("formula", "given", "words"),
    [
        ("y = a x", {"learn": "q"}, "q is to be learned"),
        ("y = a x", {"learn": ()}, "nothing is learned"),
        ("y = a x", {"learn": "a", "loss": "mes"}, "no loss `mes`"),
        ("y = a x1 + b x2", {"learn": "a b"}, "x1, x2"),
        ("y = a x", {"learn": "a", "loss": "bce"}, "bce needs probabilities"),
        ("y = sigmoid(w x)", {"learn": "w: 2", "loss": "ce"}, "the formula gives the sum"),
        ("y = a x", {"learn": "a", "optimiser": nn.Optimiser("gd", 0.1), "rate": 0.2}, "twice"),
        ("y = W x", {"learn": "W: 2x3"}, "shape"),
    ],
)
def test_what_cannot_be_trained_says_why(formula: str, given: Any, words: str) -> None:
    with pytest.raises(ChainruleError) as caught:
        train(formula, X[:, 0], COIN, **given)
    assert words in str(caught.value)


def test_a_column_of_a_table_is_called_by_its_heading() -> None:
    data = Data("Chol", X, T[:, None], ("Age", "Max HR"), "numbers")
    run = train(
        "y = a Age + b Max_HR",
        data,
        learn="a b",
        loss="(y - Chol)^2",
        optimiser="gd",
        rate=0.3,
        steps=200,
    )
    run.run()
    closed = np.linalg.lstsq(X, T, rcond=None)[0]
    assert [float(run.parameters[n]) for n in "ab"] == pytest.approx(closed.tolist(), rel=1e-9)
    with pytest.raises(InputError, match="a column is called t"):
        train("y = a u", Data("y", X, T[:, None], ("t", "u"), "numbers"), learn="a")


def test_a_loss_that_cannot_be_read_has_its_place() -> None:
    with pytest.raises(ParseError, match="never closed"):
        train("y = a x", X[:, 0], T, learn="a", loss="(y - t")
    with pytest.raises(InputError, match="no column"):
        train("y = a x + c z", {"x": X[:, 0], "t": T}, learn="a c")


@pytest.mark.parametrize(
    "text", ["J = (y - t)^2; y = w x + b", "(w x + b - t)^2", "J = e^2; e = y - t; y = w x + b"]
)
def test_a_formula_of_the_target_is_its_own_loss(text: str) -> None:
    data = named("line", count=30, seed=1)
    run = nn.train(text, data, learn="w; b", optimiser="gd", rate=0.1, steps=400)
    run.run()
    slope, intercept = np.polyfit(data.x[:, 0], data.t[:, 0], 1)
    assert float(run.parameters["w"]) == pytest.approx(slope, abs=1e-6)
    assert float(run.parameters["b"]) == pytest.approx(intercept, abs=1e-6)
    # What is scored is the prediction, the line, and not the loss.
    rest = data.t[:, 0] - slope * data.x[:, 0] - intercept
    assert run.evaluate()["rmse"] == pytest.approx(float(np.sqrt(np.mean(rest**2))), rel=1e-6)
    assert run.evaluate()["loss"] == pytest.approx(float(np.mean(rest**2)), rel=1e-6)


def test_a_cross_entropy_that_was_typed_is_scored_at_one_half() -> None:
    data = named("moons", count=60, seed=2)
    text = "J = -(t ln y + (1-t) ln(1-y)); y = sigmoid(a); a = w1 x1 + w2 x2 + b"
    run = nn.train(text, data, learn="w1 = 0.5; w2 = -2; b", optimiser="gd", rate=1e-9, steps=1)
    w = {name: float(value) for name, value in run.parameters.items()}
    assert (w["w1"], w["w2"]) == (0.5, -2.0)
    yes = 0.5 * data.x[:, 0] - 2 * data.x[:, 1] + w["b"] > 0
    assert run.evaluate()["accuracy"] == np.mean(yes == (data.t[:, 0] > 0.5))


def test_targets_may_stand_under_the_name_of_what_is_predicted() -> None:
    x = [0.0, 1.0, 2.0, 3.0]
    y = [1.0, 2.5, 5.5, 7.0]
    slope, start = np.polyfit(x, y, 1)
    plan: dict[str, Any] = {"learn": "w b", "optimiser": "gd", "rate": 0.1, "steps": 2000}
    for columns in ({"x": x, "y": y}, {"y": y, "x": x}, {"x": x, "t": y}):
        run = train("y = w x + b", columns, **plan)
        run.run()
        assert np.allclose([run.parameters["w"], run.parameters["b"]], [slope, start], atol=1e-9)
    # A column t is the target wherever there is one.
    run = train("y = w x + b", {"x": x, "y": [0.0] * 4, "t": y}, **plan)
    run.run()
    assert np.isclose(run.parameters["w"], slope, atol=1e-9)
    with pytest.raises(InputError, match="no column t") as refusal:
        train("y = w x + b", {"x": x, "z": y}, **plan)
    assert "Targets may stand under y" in refusal.value.allowed
