from __future__ import annotations

import concurrent.futures
import json
import math

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError
from chainrule.nn import experiments
from tests.nn.references import SLOPES


def by_hand(name: str, weights: list[np.ndarray], x: np.ndarray, t: np.ndarray) -> list[float]:
    """The mean |∂J/∂h| of every hidden layer, by the textbook's recursion."""
    value, slope = SLOPES[name]
    sums, h = [], x
    for w in weights[:-1]:
        sums.append(h @ w.T)
        h = value(sums[-1])
    adjoint = 2 * (h @ weights[-1].T - t) @ weights[-1]
    sizes = []
    for w, a in zip(reversed(weights[:-1]), reversed(sums), strict=True):
        sizes.append(float(np.abs(adjoint).mean()))
        adjoint = (adjoint * slope(a)) @ w
    return sizes[::-1]


@pytest.mark.parametrize(
    ("activation", "scheme"), [("sigmoid", "xavier"), ("relu", "he"), ("relu", "normal")]
)
def test_gradient_flow_is_that_of_the_recursion(activation: str, scheme: str) -> None:
    outcome = experiments.gradient_flow((activation,), (scheme,), seed=3)
    random = np.random.default_rng(3)
    x, t = random.standard_normal((64, 32)), random.standard_normal((64, 1))
    start = nn.Initialiser(scheme)
    layers = [*(nn.Dense(32, activation, start) for _ in range(10)), nn.Dense(1)]
    drawn = nn.Sequential(layers, inputs=32).parameters(3)
    sizes = by_hand(activation, [drawn[f"W{k}"] for k in range(1, 12)], x, t)
    assert outcome.column("adjoint") == pytest.approx(sizes, rel=1e-10)
    factors = outcome.column("factor")
    assert math.prod(factors[:-1]) == pytest.approx(sizes[0] / sizes[-1])


def test_he_keeps_what_xavier_halves_with_rectifiers() -> None:
    outcome = experiments.gradient_flow(("relu",), ("xavier", "he"))

    def kept(weights: str, column: str) -> float:
        sizes = [row[column] for row in outcome.where(weights=weights)]
        return float(sizes[0] / sizes[-1])

    # With as many units in as out Xavier's variance 1/n halves the mean square at every layer:
    # 2^(-9/2) = 0.044 of nine layers; He's 2/n keeps it.
    assert kept("xavier", "adjoint") == pytest.approx(2**-4.5, rel=0.7)
    assert 0.4 < kept("he", "adjoint") < 2.5
    assert kept("xavier", "deviation") > 10 > 2.5 > kept("he", "deviation")


@pytest.mark.parametrize(
    ("activation", "scheme", "word", "never"),
    [
        ("sigmoid", "xavier", "∂h| shrinks", "∂h| grows"),
        ("relu", "normal", "∂h| grows", "∂h| shrinks"),
        ("linear", "orthogonal", "∂h| keeps about its size", "shrinks"),
        ("tanh", "zeros", "Nothing at all arrives at layer 1 with tanh and zeros", "grows"),
    ],
)
def test_what_is_said_of_gradients_is_computed(
    activation: str, scheme: str, word: str, never: str
) -> None:
    told = experiments.gradient_flow((activation,), (scheme,)).finding
    assert word in told and never not in told


def test_zeros_stand_in_the_table_and_in_the_picture() -> None:
    outcome = experiments.gradient_flow(("relu",), ("he", "zeros"))
    zeros = [row["adjoint"] for row in outcome.where(weights="zeros")]
    assert zeros[:-1] == [0] * 9 and zeros[-1] > 0
    assert len(outcome.spec()["data"]["values"]) == 20
    marks = [layer["mark"] for layer in outcome.spec()["layer"]]
    assert [mark.get("text") for mark in marks if mark["type"] in ("line", "text")] == [None, "0"]
    outcome.chart().to_dict()


def test_zero_weights_never_learn_exclusive_or() -> None:
    zeros, drawn = experiments.symmetry("zeros"), experiments.symmetry("xavier")
    # Nothing but the output's bias moves: the loss stays at ln 2, that of guessing.
    np.testing.assert_allclose(zeros.column("loss"), math.log(2), atol=2e-4)
    assert max(zeros.column("apart")) == 0
    assert drawn.column("loss")[-1] < 0.1


def test_squared_error_on_a_sigmoid_has_no_slope_where_it_is_most_wrong() -> None:
    outcome = experiments.sigmoid_losses()
    y = 1 / (1 + math.exp(8))
    rows = {row["loss"]: row for row in outcome.where(a=-8.0)}
    assert rows["squared error"]["slope"] == pytest.approx(2 * (y - 1) * y * (1 - y), rel=1e-12)
    assert rows["cross-entropy"]["slope"] == pytest.approx(y - 1, rel=1e-12)


def test_scaling_the_inputs_makes_rates_work_that_diverged() -> None:
    outcome = experiments.scaling_effect()
    best = {
        how: min(row["loss"] for row in outcome.where(scaling=how)) for how in ("none", "standard")
    }
    assert best["standard"] < 0.01 < 0.3 < best["none"]
    assert "diverge" in outcome.finding


@pytest.mark.parametrize(
    "name",
    [
        "gradient_flow",
        "symmetry",
        "sigmoid_losses",
        "scaling_effect",
        "rates",
        "recurrent",
        "convolution",
    ],
)
def test_every_outcome_is_a_table_and_a_chart(name: str) -> None:
    outcome = getattr(experiments, name)()
    assert all(len(row) == len(outcome.columns) for row in outcome.rows)
    chart = outcome.chart().to_dict()
    assert len(outcome.spec()["data"]["values"]) == len(outcome.rows)
    json.dumps(chart, allow_nan=True)


def test_learning_rates_are_slow_right_and_too_large() -> None:
    outcome = experiments.rates()
    ends = {rate: outcome.where(rate=rate)[-1]["loss"] for rate in (0.001, 1.0, 30.0)}
    assert ends[1.0] < 0.25 < ends[30.0] and ends[1.0] < 0.25 < ends[0.001] < math.log(2)


def test_the_spread_of_a_batch_falls_as_theory_says() -> None:
    outcome = experiments.batches()
    for size in (1, 4, 16, 64):
        measured, expected = (row["spread"] for row in outcome.where(batch=size))
        assert measured == pytest.approx(expected, rel=0.12)
    one, sixteen = outcome.where(batch=1)[1]["spread"], outcome.where(batch=16)[1]["spread"]
    # √16 = 4, and drawing without replacement from 256 takes √(240/255) off.
    assert one / sixteen == pytest.approx(4 / math.sqrt(240 / 255), rel=1e-6)


def test_stopping_early_helps_where_a_network_overfits() -> None:
    outcome = experiments.overfitting()
    plain = outcome.where(way="plain")
    assert plain[-2]["points"] == "learned from" and plain[-2]["loss"] < 1e-6
    best = min(row["loss"] for row in plain if row["points"] == "held out")
    assert plain[-1]["loss"] > 1.3 * best
    assert outcome.where(way="stopped early")[-1]["epoch"] < plain[-1]["epoch"]


def test_wide_and_deep_networks_have_about_as_many_weights() -> None:
    outcome = experiments.width_against_depth(((64,), (11, 11)), steps=60, seeds=(0,))
    wide, deep = outcome.column("weights")
    # 64·2 + 64 + 64 + 1 and 11·2 + 11 + 11·11 + 11 + 11 + 1.
    assert (wide, deep) == (257, 177)


def test_dead_rectifiers_have_no_gradient_and_are_not_missed() -> None:
    outcome = experiments.dead_units()
    dead = [row for row in outcome.where() if row["active"] == 0]
    assert dead and all(row["gradient"] == 0 for row in dead)
    before, after = outcome.finding.split("the same, ")[1].split(";")[0].split(" and ")
    assert before == after


def test_a_recurrent_net_forgets_as_the_product_says() -> None:
    outcome = experiments.recurrent(steps=6, weights=(0.5,))
    # The same by hand: states forward, then one factor w (1 − h²) a step back.
    h, states = 0.1, []
    for _ in range(6):
        h = math.tanh(0.5 * h + 0.1)
        states.append(h)
    adjoint = 1 - states[5] ** 2
    for k in range(6, 0, -1):
        assert outcome.where(k=k)[0]["adjoint"] == pytest.approx(adjoint, rel=1e-12)
        adjoint *= 0.5 * (1 - states[k - 2] ** 2)


def test_a_kernel_slides_forwards_and_backwards() -> None:
    random = np.random.default_rng(4)
    x, k, t = (random.integers(-3, 4, (n, n)).astype(float) for n in (5, 3, 3))
    outcome = experiments.convolution(x.tolist(), k.tolist(), t.tolist())

    def grid(name: str, column: str) -> np.ndarray:
        cells = [row[column] for row in outcome.where(grid=name)]
        return np.array(cells).reshape(int(len(cells) ** 0.5), -1)

    def goal(x: np.ndarray, k: np.ndarray) -> float:
        c = [[(x[r : r + 3, s : s + 3] * k).sum() for s in range(3)] for r in range(3)]
        return float(((np.array(c) - t) ** 2).sum() / 2)

    windows = [[(x[r : r + 3, s : s + 3] * k).sum() for s in range(3)] for r in range(3)]
    np.testing.assert_array_equal(grid("C", "value"), windows)
    np.testing.assert_array_equal(grid("C", "adjoint"), np.array(windows) - t)
    for name, given in (("X", x), ("K", k)):
        slopes = np.zeros_like(given)
        for place in np.ndindex(given.shape):
            up, down = given.copy(), given.copy()
            up[place] += 0.5
            down[place] -= 0.5
            high, low = ((up, k), (down, k)) if name == "X" else ((x, up), (x, down))
            # J is a quadratic in each entry: this difference is exact.
            slopes[place] = goal(*high) - goal(*low)
        np.testing.assert_allclose(grid(name, "adjoint"), slopes, rtol=1e-12, atol=1e-9)
    ends = [1, 2, 3, 2, 1]
    np.testing.assert_array_equal(grid("X", "shares"), np.outer(ends, ends))
    assert (grid("K", "shares") == 9).all()
    with pytest.raises(InputError, match="not 5 × 5"):
        experiments.convolution([[1.0]])
    with pytest.raises(InputError, match="vertical edges"):
        experiments.convolution(kernel="vertikal")


def test_the_input_is_changed_until_it_is_another_digit() -> None:
    outcome = experiments.changed_input(steps=30)
    first, last = outcome.where(step=0), outcome.where(step=30)
    assert first[0]["probability"] > 0.5 > first[1]["probability"]
    assert last[1]["probability"] > 0.5 > last[0]["probability"]


def test_descent_finds_the_minimum_beside_its_start() -> None:
    starts = [{"x": 2.0}, {"x": -2.0}]
    outcome = experiments.descent("x^4 - 3x^2 + x", starts, [nn.Optimiser("gd", 0.01)], steps=400)
    ends = [outcome.where(start=k, step=400)[0]["x"] for k in (1, 2)]
    # The roots of 4x³ − 6x + 1 beside the two starts.
    roots = sorted(np.roots([4, 0, -6, 1]).real)
    assert ends == pytest.approx([roots[2], roots[0]], abs=1e-9)
    assert "−3.514" in outcome.finding
    with pytest.raises(InputError, match="3 variables"):
        experiments.descent("x y z", starts)


def square(base: float, exponent: int) -> float:
    if exponent > 2:
        raise InputError("too large")
    return float(base**exponent)


@pytest.mark.parametrize("pool", [None, "ThreadPoolExecutor", "ProcessPoolExecutor"])
def test_a_sweep_runs_on_any_executor(pool: str | None) -> None:
    grid = {"base": [2.0, 3.0], "exponent": [1, 2, 3]}
    if pool is None:
        trials = experiments.sweep(square, grid)
    else:
        with getattr(concurrent.futures, pool)(2) as executor:
            trials = experiments.sweep(square, grid, executor=executor)
    assert [trial.result for trial in trials] == [2, 4, None, 3, 9, None]
    assert "too large" in trials[2].problem


def test_initialisers_have_the_spread_of_their_papers() -> None:
    random = np.random.default_rng(2)
    wanted = {"xavier": 2 / (300 + 200), "he": 2 / 300, "lecun": 1 / 300}
    for scheme, variance in wanted.items():
        drawn = nn.Initialiser(scheme).draw(random, (200, 300))
        assert drawn.var() == pytest.approx(variance, rel=0.03)
    q = nn.Initialiser("orthogonal").draw(random, (20, 30))
    np.testing.assert_allclose(q @ q.T, np.eye(20), atol=1e-12)
