"""The lecture's experiments: numbers from elsewhere, sentences also where they must differ."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import InputError
from chainrule.nn import experiments
from chainrule.nn.data import heart, line, moons
from chainrule.nn.experiments.beginning import _arrived, _learned


def test_nine_starts_learn_or_do_not() -> None:
    outcome = experiments.activations_and_starts(epochs=12)
    assert len(outcome.rows) == 9 * 13
    for activation in ("sigmoid", "tanh", "relu"):
        zeros = outcome.where(activation=activation, start="zeros")
        # Nothing but the last bias moves: the loss is the entropy of the classes, at most ln 2.
        assert zeros[-1]["loss"] == pytest.approx(math.log(2), abs=2e-3)
        assert {row["adjoint"] for row in zeros} == {0}
    assert outcome.where(activation="tanh", start="xavier")[-1]["loss"] < 0.5
    assert outcome.where(activation="relu", start="he") != []
    picture = outcome.chart().to_dict()
    # Three rows of three networks, for each its loss and its accuracy, held out dashed beside.
    panels = [panel for row in picture["vconcat"] for panel in row["hconcat"]]
    assert len(panels) == 18
    lines = [
        [
            part["encoding"]["y"]["field"]
            for part in panel["layer"]
            if part["mark"]["type"] == "line"
        ]
        for panel in panels
    ]
    assert lines[:2] == [["loss", "held-out loss"], ["accuracy", "held-out accuracy"]]
    # Marked are those whose loss ends within 5 % of guessing; outlined is the lowest held out.
    ends = outcome.ends().where()
    stuck = [k for k, end in enumerate(ends) if end["loss"] >= 0.95 * math.log(2)]
    words = [str([part["mark"].get("text") for part in panel["layer"]]) for panel in panels]
    assert 0 < len(stuck) < 9
    assert [k for k, told in enumerate(words) if "does not learn" in told] == [2 * k for k in stuck]
    best = min(range(9), key=lambda k: ends[k]["held-out loss"])
    outlined = [k for k, panel in enumerate(panels) if "view" in panel]
    assert outlined == [2 * best, 2 * best + 1]
    assert len(set(outcome.column("column"))) == 3
    first = outcome.where(activation="tanh", start="xavier", epoch=0)[0]
    kept, _ = moons(200, noise=0.15, seed=0).split(0.25, 0)
    layers = [*(nn.Dense(8, "tanh") for _ in range(4)), nn.Dense(1, "sigmoid")]
    p = nn.Sequential(layers, inputs=2).parameters(0)
    h = kept.x
    for k in range(1, 5):
        h = np.tanh(h @ p[f"W{k}"].T + p[f"b{k}"])
    y = 1 / (1 + np.exp(-(h @ p["W5"].T + p["b5"])))
    loss = -np.mean(kept.t * np.log(y) + (1 - kept.t) * np.log(1 - y))
    assert first["loss"] == pytest.approx(float(loss), rel=1e-12)


def test_which_networks_learned_is_said_as_it_is() -> None:
    learned = {"loss": 0.1, "held_out_loss": 0.2}
    better, guessing = {"loss": 0.3, "held_out_loss": 0.1}, {"loss": 0.69, "held_out_loss": 0.05}
    told = _learned(
        {("tanh", "xavier"): learned, ("relu", "he"): better, ("tanh", "zeros"): guessing}
    )
    assert told.startswith("Of 3 networks 2 learn; tanh from zeros does not")
    assert told.endswith("0.1, is that of relu from he.")
    assert _learned({("tanh", "xavier"): learned}).startswith("Of 1 network 1 learns. The lowest")
    assert _learned({("tanh", "zeros"): guessing}) == "Of 1 network none learns."


def test_a_line_comes_to_its_closed_form_or_runs_away() -> None:
    data = line()
    slope, shift = np.polyfit(data.x[:, 0], data.t[:, 0], 1)
    outcome = experiments.line_and_closed_form()
    last = outcome.where(step=100)[0]
    assert (last["a"], last["b"]) == pytest.approx((slope, shift), abs=1e-8)
    assert f"y = {slope:.4f} x + {shift:.4f}" in outcome.finding and "shrinks" in outcome.finding
    assert "grows" in experiments.line_and_closed_form(rate=0.9, steps=8).finding


def test_the_loss_of_a_weight_is_a_parabola_for_every_batch() -> None:
    data = line()
    x, t = data.x[:, 0], data.t[:, 0]
    outcome = experiments.loss_of_a_weight()
    for row in outcome.where(batch="all")[::30]:
        assert row["loss"] == pytest.approx(float(np.mean((row["w"] * x - t) ** 2)), rel=1e-12)
    lowest = min(outcome.where(batch="all"), key=lambda row: row["loss"])["w"]
    assert lowest == pytest.approx(float(x @ t / (x @ x)), abs=0.026)
    means = np.mean([[r["loss"] for r in outcome.where(batch=str(k))] for k in range(1, 5)], axis=0)
    np.testing.assert_allclose(means, [row["loss"] for row in outcome.where(batch="all")])
    assert "batches have theirs between" in outcome.finding
    assert "so is that of every batch" in experiments.loss_of_a_weight(batches=1).finding


def test_wide_layers_come_nearer_to_a_wave() -> None:
    outcome = experiments.any_function_by_width((1, 8), steps=600)
    for width in (1, 8):
        rows = outcome.where(width=width)
        error = math.sqrt(sum((r["y"] - r["wave"]) ** 2 for r in rows) / len(rows))
        assert rows[0]["rmse"] == pytest.approx(error, rel=1e-9)
    assert "the error shrinks" in outcome.finding
    assert "the error grows" in experiments.any_function_by_width((8, 1), steps=600).finding


def test_depth_beyond_need_only_learns_by_heart() -> None:
    outcome = experiments.depth_and_error((0, 1, 6), steps=400, seeds=(0,))

    def loss(depth: int, points: str) -> float:
        return float(outcome.where(depth=depth, points=points)[0]["loss"])

    assert loss(6, "learned from") < loss(1, "learned from") < loss(0, "learned from")
    assert loss(6, "held out") > loss(1, "held out")
    assert "lowest with 1 hidden layer," in outcome.finding
    assert "learned from shrinks" in outcome.finding and "held out it grows" in outcome.finding
    alone = experiments.depth_and_error((0, 1), steps=400, seeds=(0,)).finding
    assert "from there" not in alone


def test_the_confusion_table_counts_as_by_hand() -> None:
    outcome = experiments.cut_off()
    kept, held = heart(seed=0).split(0.3, 0)
    mean, deviation = kept.x.mean(axis=0), kept.x.std(axis=0)
    x, t, w = (kept.x - mean) / deviation, kept.t[:, 0], np.zeros(5)
    # From the same start: the weights of a Dense layer with seed 0, then plain descent.
    start = nn.Sequential([nn.Dense(1, "sigmoid")], inputs=5).parameters(0)
    w, b = start["W1"][0], start["b1"][0]
    for _ in range(500):
        delta = 1 / (1 + np.exp(-(x @ w + b))) - t
        w, b = w - 0.5 * x.T @ delta / len(t), b - 0.5 * delta.mean()
    said = ((held.x - mean) / deviation) @ w + b
    yes = held.t[:, 0] > 0.5
    for cut in (0.05, 0.5, 0.95):
        over = said > math.log(cut / (1 - cut))
        row = outcome.where(**{"cut-off": cut})[0]
        assert row["right yes"] == (over & yes).sum() and row["missed"] == (~over & yes).sum()
        assert row["wrong yes"] == (over & ~yes).sum()
        assert row["accuracy"] == pytest.approx(float(np.mean(over == yes)))
    assert "At 0.05 fewer are missed" in outcome.finding
    assert "At 0.9 more are missed" in experiments.cut_off(cuts=(0.9, 0.5, 0.1)).finding
    assert "At 0.5 as many are missed" in experiments.cut_off(cuts=(0.5, 0.5)).finding
    assert "are missed" not in experiments.cut_off(cuts=(0.5,)).finding
    with pytest.raises(InputError, match="no classes"):
        experiments.cut_off(line())


def test_a_ticket_keeps_its_pruned_weights_at_0() -> None:
    data = moons(40, seed=1)
    model = nn.Sequential([nn.Dense(4, "tanh"), nn.Dense(1, "sigmoid")], inputs=2)
    start = dict(model.parameters(1))
    only = {name: np.ones(w.shape) for name, w in start.items()}
    only["W1"][1] = 0
    start["W1"] = start["W1"] * only["W1"]
    for optimiser in ("sgd", "adam"):
        run = nn.train(model, data, start=start, only=only, optimiser=optimiser, batch=10, epochs=4)
        run.advance(10)
        run.run()
        assert (run.parameters["W1"][1] == 0).all()
        assert (run.parameters["W1"][0] != start["W1"][0]).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seed": 0, "epochs": 60}, ("lower than that of the same", "below that of all")),
        ({"seed": 1, "epochs": 60}, ("lower than that of the same", "above that of all")),
        ({"seed": 1, "share": 0.95, "epochs": 40}, ("higher than that of the same", "above")),
    ],
)
def test_a_ticket_is_compared_with_a_fresh_start(given: Any, words: tuple[str, ...]) -> None:
    outcome = experiments.lottery_ticket(**given)
    ends = {way: outcome.where(way=way)[-1]["held-out loss"] for way in outcome.column("way")}
    ticket, fresh, whole = ends["ticket"], ends["from a fresh start"], ends["all weights"]
    assert all(word in outcome.finding for word in words)
    assert ("lower than" in words[0]) == (ticket < fresh)
    assert ("below" in words[1]) == (ticket < whole)


def test_a_picture_takes_on_a_style_and_pays_with_its_content() -> None:
    outcome = experiments.style_transfer(weight=100.0, steps=60)
    style, content = (
        [row["value"] for row in outcome.where(term=term)] for term in ("style", "content")
    )
    assert content[0] == 0 < content[-1] and style[-1] < style[0] / 2
    assert "style term shrinks" in outcome.finding and "rises from 0" in outcome.finding
    idle = experiments.style_transfer(weight=0.0, steps=5)
    assert "keeps about its size" in idle.finding and "stays 0" in idle.finding


def test_style_is_a_gram_matrix_of_features() -> None:
    from chainrule.nn.experiments.pictures import style_graph

    random = np.random.default_rng(4)
    x, c, s = random.uniform(size=(3, 1, 8, 8))
    kernels = random.normal(size=(6, 1, 3, 3))

    def features(picture: Any) -> Any:
        windows = np.lib.stride_tricks.sliding_window_view(picture[0], (3, 3)).reshape(36, 9)
        return np.maximum(kernels.reshape(6, 9) @ windows.T, 0)

    f, fc, fs = features(x), features(c), features(s)
    expected = ((f - fc) ** 2).mean() + 3 * ((f @ f.T - fs @ fs.T) ** 2).mean() / 36**2
    found = style_graph(3.0).compile("value").value({"x": x, "c": c, "s": s, "K": kernels})
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_a_recurrent_net_vanishes_and_explodes() -> None:
    outcome = experiments.recurrent(steps=10, weights=(0.5, 1.5), units=("linear",))
    for w in (0.5, 1.5):
        for row in outcome.where(w=w):
            assert row["adjoint"] == pytest.approx(w ** (10 - row["k"]), rel=1e-12)
    assert "shrinks to 0.002 of its size with linear and w = 0.5" in outcome.finding
    assert "grows 38.4-fold with linear and w = 1.5" in outcome.finding


def test_what_is_said_of_rates_and_remedies_is_computed() -> None:
    slow = experiments.rates((0.001, 0.03), steps=60).finding
    assert "the rate 0.03 has" in slow and "smaller rates 0.001" in slow and "larger" not in slow
    fast = experiments.rates((1.0, 1e7), steps=60).finding
    assert "larger rates 1·10⁷" in fast and "smaller" not in fast
    level = experiments.overfitting(epochs=30, patience=5, seed=0)
    ends = {w: level.where(way=w, points="held out")[-1]["loss"] for w in level.column("way")}
    assert min(ends, key=lambda way: ends[way]) in ("plain", "stopped early")
    assert "it ends as low" in level.finding and "None of the remedies" in level.finding
    risen = experiments.overfitting(epochs=200, patience=50)
    held = [row["loss"] for row in risen.where(way="plain", points="held out")]
    assert held[-1] > 1.2 * min(held)
    assert "it ends higher" in risen.finding and "None of the remedies" not in risen.finding
    alive = experiments.dead_units(rate=0.1).finding
    assert alive.startswith("0 of 16 units are dead") and "with gradient 0" not in alive


@pytest.mark.parametrize("name", ["zero-weights", "convolution", "line", "style", "cut-off"])
def test_every_experiment_has_a_name_a_chart_and_a_table(name: str) -> None:
    outcome = experiments.experiment(name)
    assert outcome.finding.endswith(".") and outcome.chart().to_dict()
    assert len(outcome.csv().splitlines()) == len(outcome.rows) + 1
    assert outcome.finding in outcome.markdown()


def test_names_of_experiments() -> None:
    assert len(experiments.EXPERIMENTS) == 23
    assert experiments.experiment("line_and_closed_form", steps=3).title.startswith("A line")
    with pytest.raises(InputError, match="no experiment `lotery`"):
        experiments.experiment("lotery")


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.5, 0.001), ["shrinks to 0.001 of its size", "0.5 or more", "0.001 or less"]),
        ((0.01, 3.0), ["grows 3-fold", "0.01 or more", "in the others of 3 or less"]),
        ((0.5, 0.0), ["Nothing at all arrives at layer 1 with sigmoid and xavier", "of 0 or less"]),
    ],
)
def test_the_reason_of_a_start_is_computed(shares: tuple[float, float], words: list[str]) -> None:
    ends = {
        ("tanh", "xavier"): {"loss": 0.1, "arriving": shares[0]},
        ("sigmoid", "xavier"): {"loss": 0.69, "arriving": shares[1]},
    }
    told = _arrived(ends, SimpleNamespace(depth=4))
    assert all(word in told for word in words)
    ends.popitem()
    assert "others" not in _arrived(ends, SimpleNamespace(depth=4))


def test_a_mean_over_seeds_is_that_of_its_runs() -> None:
    seeds, given = (3, 5, 8), {"steps": 4, "rate": 0.2}
    watched: list[int] = []
    mean = experiments.over_seeds(
        "line", seeds, watch=lambda trial: watched.append(trial.setting["seed"]), **given
    )
    runs = [experiments.experiment("line", seed=seed, **given) for seed in seeds]
    assert watched == [*seeds] and mean.column("trials") == [3] * 5
    for name in ("a", "loss", "distance"):
        found = np.array([run.column(name) for run in runs])
        assert mean.column(name) == pytest.approx(found.mean(axis=0))
        assert mean.column(f"{name} ±") == pytest.approx(found.std(axis=0))
    last = np.array([run.column("distance")[-1] for run in runs])
    assert f"{last.mean():.3g} ± {last.std():.2g} at step 4" in mean.finding
    line, band, *_ = mean.chart().to_dict()["layer"]
    assert (line["mark"]["type"], band["mark"]["type"]) == ("line", "area")


def test_a_mean_says_where_it_is_lowest_and_highest() -> None:
    mean = experiments.over_seeds(
        "gradient-flow", (0, 1), activations=("sigmoid", "relu"), schemes=("normal", "xavier")
    )
    runs = [
        experiments.gradient_flow(("sigmoid", "relu"), ("normal", "xavier"), seed=seed).rows
        for seed in (0, 1)
    ]
    found = {a[:3]: (a[3] + b[3]) / 2 for a, b in zip(*runs, strict=True)}
    for word, pick in (("lowest", min), ("highest", max)):
        unit, weights, layer = pick(found, key=found.__getitem__)
        assert f"at layer {layer} ({unit}, {weights})" in mean.finding.partition(word)[2]


@pytest.mark.parametrize("name", ["convolution", "width-depth", "dead-units", "recurrent"])
def test_what_has_no_lines_or_draws_nothing_has_no_mean(name: str) -> None:
    with pytest.raises(InputError, match="no mean over seeds"):
        experiments.over_seeds(name)


def test_seeds_that_all_fail_say_why() -> None:
    with pytest.raises(InputError, match="steps is 0"):
        experiments.over_seeds("line", (0, 1), steps=0)
