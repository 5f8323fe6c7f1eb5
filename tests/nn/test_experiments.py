from __future__ import annotations

import concurrent.futures
import json
import math

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError
from chainrule.nn import experiments


def test_a_deep_sigmoid_network_loses_its_gradient_and_a_relu_keeps_it() -> None:
    outcome = experiments.gradient_flow(("sigmoid", "relu"), ("xavier", "he", "zeros"))

    def ends(activation: str, weights: str) -> float:
        norms = [row["gradient"] for row in outcome.where(activation=activation, weights=weights)]
        return float(norms[0] / norms[-1])

    # σ′ is at most ¼, so ten layers of orthogonal-like weights lose at least 4⁻⁹ ≈ 3.8e-6,
    # up to what the weights add.
    assert ends("sigmoid", "xavier") < 1e-4
    assert 0.1 < ends("relu", "he") < 10
    assert outcome.where(activation="relu", weights="zeros") == []
    factors = [row["factor"] for row in outcome.where(activation="sigmoid", weights="xavier")]
    assert math.prod(factors[:-1]) == pytest.approx(ends("sigmoid", "xavier"))
    assert "sigmoid" in outcome.finding


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


@pytest.mark.parametrize("name", ["gradient_flow", "symmetry", "sigmoid_losses", "scaling_effect"])
def test_every_outcome_is_a_table_and_a_chart(name: str) -> None:
    outcome = getattr(experiments, name)()
    assert all(len(row) == len(outcome.columns) for row in outcome.rows)
    chart = outcome.chart().to_dict()
    assert len(outcome.spec()["data"]["values"]) == len(outcome.rows)
    json.dumps(chart, allow_nan=True)


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
