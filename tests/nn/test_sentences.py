"""Every experiment's sentence, also where it must say the opposite; numbers from elsewhere."""

from __future__ import annotations

import json
import math
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.nn import Dense, Initialiser, Sequential, train
from chainrule.nn.experiments import EXPERIMENTS, experiment, mean_of
from chainrule.nn.experiments.beginning import (
    _apart,
    _arrived,
    _died,
    _flowing,
    _learned,
    _remembered,
    _saturated,
)
from chainrule.nn.experiments.data import _closed, _missed, _scaled, _slopes
from chainrule.nn.experiments.fit import _best_depth, _best_shape, _best_way, _nearer, _ticket
from chainrule.nn.experiments.outcome import Look, outcome
from chainrule.nn.experiments.pictures import _arriving, _shared, _styled, _turned
from chainrule.nn.experiments.steps import _best_rate, _lowest, _reached, _spread
from chainrule.readings.health import SATURATED

given = SimpleNamespace

# By experiment: the sentence of numbers made up so that each comes out otherwise, what must stand
# in it and what must not.
CASES: list[tuple[str, str, str, str]] = [
    (
        "activation-start",
        _learned({("tanh", "he"): {"loss": 0.6, "held_out_loss": 1.0}}),
        "1 network 1 learns",
        "not",
    ),
    (
        "activation-start",
        _learned({("tanh", "he"): {"loss": 0.66, "held_out_loss": 1.0}}),
        "none learns",
        "lowest",
    ),
    ("activation-start", _learned({("tanh", "he"): None}), "none learns", "lowest"),
    (
        "activation-start",
        _arrived(
            {
                ("tanh", "he"): {"arriving": 0.5, "loss": 0.1},
                ("sigmoid", "he"): {"arriving": 1e-3, "loss": 0.69},
            },
            given(depth=4),
        ),
        "In the networks that learn a share of 0.5 or more arrives, in the others of 0.001 or less",
        "grows",
    ),
    (
        "activation-start",
        _arrived({("tanh", "he"): {"arriving": 5.0, "loss": 0.1}}, given(depth=4)),
        "grows 5-fold",
        "others",
    ),
    ("zero-weights", _apart(("zeros", 0.6931, 0.0), None), "at that of guessing", "differ"),
    ("zero-weights", _apart(("he", 0.5, 0.3), None), "below that of guessing", "copies"),
    ("zero-weights", _apart(("normal", 0.9, 0.3), None), "above that of guessing", "copies"),
    (
        "gradient-flow",
        _flowing({("tanh", "he"): (1e-3, 1.0)}, given(depth=9)),
        "∂h| shrinks to 0.001",
        "grows",
    ),
    (
        "gradient-flow",
        _flowing({("tanh", "he"): (5e3, 1.0)}, given(depth=9)),
        "∂h| grows 5000-fold",
        "shrinks",
    ),
    (
        "gradient-flow",
        _flowing({("tanh", "he"): (0.0, 1.0)}, given(depth=9)),
        "Nothing at all arrives",
        "From layer",
    ),
    (
        "gradient-flow",
        _flowing({("tanh", "he"): (np.inf, 1.0)}, given(depth=9)),
        "It leaves all numbers with tanh",
        "shrinks",
    ),
    (
        "saturated-units",
        _saturated(
            {("tanh", 1): (0.0, 0.9), ("tanh", 3): (0.8, 1e-6)},
            given(units=["tanh"], deviations=[1, 3]),
        ),
        "0 % are saturated, then 80 %, and their median slope shrinks",
        "grows",
    ),
    (
        "saturated-units",
        _saturated(
            {("tanh", 3): (0.8, 1e-6), ("tanh", 1): (0.0, 0.9)},
            given(units=["tanh"], deviations=[3, 1]),
        ),
        "80 % are saturated, then 0 %, and their median slope grows",
        "shrinks",
    ),
    ("dead-units", _died((1, 0.0, 0.5, 0.5, 0.1), None), "1 of 16 units is dead", "another"),
    ("dead-units", _died((0, 0.0, 0.5, 0.6, 1.9), None), "is another one", "dead, with"),
    ("dead-units", _died((2, 0.1, 0.5, 0.5, 1.9), None), "with gradient 0.1. Without", "another"),
    (
        "recurrent",
        _remembered({("tanh", 0.5): 1e-3}, given(steps=4)),
        "From step 4 back to step 1 the adjoint of the input shrinks to 0.001",
        "grows",
    ),
    (
        "recurrent",
        _remembered({("linear", 2.0): 8.0}, given(steps=4)),
        "grows 8-fold with linear and w = 2",
        "shrinks",
    ),
    (
        "rates",
        _best_rate({0.1: 0.5, 1.0: 0.2, 9.0: None}, given(steps=5)),
        "smaller rates 0.1 ends at 0.5; of the larger rates 9 diverges",
        "every",
    ),
    (
        "rates",
        _best_rate({0.1: None, 1.0: None}, given(steps=1)),
        "Within 1 step every rate diverges",
        "smallest",
    ),
    (
        "batches",
        _spread({1: (2.0, 2.2), 4: (1.0, 1.0)}, None),
        "power −0.5, and is that of the formula to 9 %",
        "1.0 ",
    ),
    ("batches", _spread({1: (1.0, 1.0), 4: (2.0, 1.0)}, None), "power 0.5, and is", "−0.5"),
    ("batches", _spread({4: (1.0, 1.0)}, None), "formula to 0 %", "power"),
    (
        "loss-of-a-weight",
        _lowest((9, {"all": 2.0, "1": 1.5, "2": 2.5}, 0.1), given(weight="w")),
        "2 batches have theirs between 1.50 and 2.50",
        "every",
    ),
    (
        "loss-of-a-weight",
        _lowest((9, {"all": 2.0, "1": 2.0}, 0.1), given(weight="w")),
        "so is that of every batch",
        "between",
    ),
    ("valleys", _reached([(1.0, "gd", 1), (1.0, "gd", 2)]), "2 of 2 paths end within", "leave"),
    ("valleys", _reached([(1.0, "gd", 1), (np.inf, "gd", 2)]), "1 leaves the numbers", "2 of"),
    ("valleys", _reached([(np.inf, "gd", 1)]), "Every path leaves", "lowest"),
    (
        "overfitting",
        _best_way({"plain": (0.1, 0.4, 0.2), "L2 1": (0.2, 0.3, 0.3)}, None),
        "ends higher, at 0.4. The lowest at the end is that of L2 1",
        "None",
    ),
    (
        "overfitting",
        _best_way({"plain": (0.1, 0.2, 0.2), "L2 1": (0.2, 0.3, 0.3)}, None),
        "ends as low, at 0.2. None of the remedies",
        "higher",
    ),
    (
        "width-depth",
        _best_shape(
            {((8,), 0): 1.0, ((4, 4), 0): 0.5}, given(seeds=[0], shapes=[(8,), (4, 4)], steps=9)
        ),
        "is that of 4-4 (",
        "is that of 8 (",
    ),
    (
        "width-depth",
        _best_shape(
            {((8,), 0): 0.1, ((4, 4), 0): 0.5}, given(seeds=[0], shapes=[(8,), (4, 4)], steps=9)
        ),
        "is that of 8 (",
        "is that of 4-4 (",
    ),
    (
        "depth-error",
        _best_depth({(1, 0): (0.3, 0.3), (4, 0): (0.1, 0.9)}, given(seeds=[0], depths=[1, 4])),
        "from shrinks to 0.33 of its size, on those held out it grows 3-fold",
        "4 hidden",
    ),
    (
        "depth-error",
        _best_depth({(1, 0): (0.1, 0.3), (4, 0): (0.9, 0.4)}, given(seeds=[0], depths=[1, 4])),
        "from grows 9-fold, on those held out it keeps",
        "shrinks",
    ),
    (
        "depth-error",
        _best_depth({(1, 0): (0.3, 0.3), (4, 0): (0.1, 0.1)}, given(seeds=[0], depths=[1, 4])),
        "lowest with 4 hidden layers, 0.1.",
        "from there",
    ),
    (
        "lottery-ticket",
        _ticket((1, 9, {"a": 0.2, "b": 0.1, "c": 0.3}), None),
        "lower than that of the same weights from a fresh start (0.3) and below",
        "above",
    ),
    (
        "lottery-ticket",
        _ticket((1, 9, {"a": 0.1, "b": 0.3, "c": 0.2}), None),
        "higher than that of the same weights from a fresh start (0.2) and above",
        "below",
    ),
    (
        "lottery-ticket",
        _ticket((1, 9, {"a": 0.1, "b": 0.1, "c": 0.1}), None),
        "the same as that of the same weights from a fresh start (0.1) and as low as",
        "above",
    ),
    ("any-function", _nearer({1: 0.4, 8: 0.1}, None), "shrinks to 0.25", "grows"),
    ("any-function", _nearer({8: 0.1, 1: 0.4}, None), "grows 4-fold", "shrinks"),
    (
        "scaling",
        _scaled(
            {(1, "none"): None, (1, "standard"): 0.1},
            given(rates=[1], scalings=["none", "standard"]),
        ),
        "Unscaled, 1 of 1 learning rate diverges; scaled, none of 1 learning rate diverges and",
        "inf",
    ),
    (
        "scaling",
        _scaled(
            {(1, "none"): 0.1, (1, "standard"): None},
            given(rates=[1], scalings=["none", "standard"]),
        ),
        "scaled, 1 of 1 learning rate diverges.",
        "inf",
    ),
    (
        "line",
        _closed(((1, 2), [(0, 0, 0, 0, 4.0), (7, 1, 2, 0, 1.0)]), None),
        "In 7 steps the distance from it shrinks to 0.25",
        "grows",
    ),
    (
        "line",
        _closed(((1, -2), [(0, 0, 0, 0, 1.0), (1, -1, -2, 0, 4.0)]), None),
        "In 1 step the distance from it grows 4-fold: the line is y = −1.0000 x − 2.0000",
        "shrinks",
    ),
    (
        "cut-off",
        _missed(("d", "ill", [(0.2, 9, 1, 1, 9, 0.9), (0.8, 2, 0, 8, 9, 0.6)]), None),
        "At 0.2 fewer are missed (1) than at 0.8 (8). The highest accuracy, 0.900, is that of 0.2",
        "more",
    ),
    (
        "cut-off",
        _missed(("d", "ill", [(0.8, 2, 0, 8, 9, 0.6), (0.2, 9, 1, 1, 9, 0.9)]), None),
        "At 0.8 more are missed (8) than at 0.2 (1)",
        "fewer",
    ),
    (
        "sigmoid-losses",
        _slopes({"a": -1e-5, "b": -1.0}, given(most=8, target=1)),
        "At a = −8, as wrong as can be, the squared error has the slope −1·10⁻⁵",
        "At a = 8",
    ),
    (
        "sigmoid-losses",
        _slopes({"a": 1e-5, "b": 1.0}, given(most=8, target=0)),
        "At a = 8, as wrong as can be",
        "−",
    ),
    (
        "convolution",
        _shared({"K": np.full((3, 3), 9), "X": np.diag([1, 2, 7, 2, 1])}, None),
        "9 places share one kernel. So each weight collects 9 shares",
        "9 in the middle",
    ),
    (
        "changed-input",
        _turned([0.1, 0.4, 0.6], given(steps=2)),
        "After 2 steps the network takes the picture of a 3 for an 8; at the end",
        "not take",
    ),
    (
        "layers",
        _arriving((0.5, 0.25, {"W": 0.125, "b": 2.0}), None),
        "J = 0.5, and the mean |∂J/∂x| is 0.25. Of what is learned b has the largest",
        "W has the largest",
    ),
    (
        "layers",
        _arriving((0.5, 0.25, {"W": 3.0, "b": 2.0}), None),
        "W has the largest mean |adjoint|, 3, and b the smallest, 2.",
        "b has the largest",
    ),
    ("changed-input", _turned([0.1, 0.4], given(steps=1)), "In 1 step the network does", "After"),
    (
        "style",
        _styled({"content": (0.0, 0.2), "style": (1.0, 0.1)}, given(steps=2)),
        "style term shrinks to 0.1 of its size, and the content term rises from 0 to 0.2",
        "grows",
    ),
    (
        "style",
        _styled({"content": (0.0, 0.0), "style": (1.0, 3.0)}, given(steps=2)),
        "style term grows 3-fold, and the content term stays 0",
        "rises",
    ),
]


@pytest.mark.parametrize(("name", "told", "must", "never"), CASES)
def test_a_sentence_says_what_its_numbers_say(name: str, told: str, must: str, never: str) -> None:
    assert must in told and never not in told and told.endswith(".")


@pytest.mark.parametrize(
    ("ends", "must", "never"),
    [
        (
            [1.0, 3.0],
            "is lowest at the end with 1 ± 0 at step 1 (a), highest with 3 ± 0",
            "no loss",
        ),
        (
            [3.0, 1.0],
            "is lowest at the end with 1 ± 0 at step 1 (b), highest with 3 ± 0",
            "no loss",
        ),
        ([2.0, 2.0], "the mean loss is 2 ± 0", "lowest"),
        ([math.inf, math.nan], "no loss is a number", "lowest"),
    ],
)
def test_a_mean_says_where_it_ends_lowest(ends: list[float], must: str, never: str) -> None:
    rows = [(w, step, x) for w, x in zip("ab", ends, strict=True) for step in (0, 1)]
    one = outcome("t", ("way", "step", "loss"), rows, "", Look("step", "loss", "way"))
    told = mean_of({0: one, 1: one}).finding
    assert must in told and never not in told


@pytest.mark.parametrize(
    ("losses", "must", "never"),
    [
        ([3.0, 0.5], ["ends at 0.5", "↑ from 3"], ["lost", "stuck"]),
        ([0.9, 0.8], ["ends at 0.8", "▲ stuck"], ["lost", "from"]),
        ([0.9, None], ["lost", "▲ stuck"], ["ends at", "from"]),
    ],
)
def test_what_is_written_into_a_picture(
    losses: list[float | None], must: list[str], never: list[str]
) -> None:
    level = ("loss", 0.7, "guessing", 0.95, "stuck")
    look = Look("step", "loss", panels=(("loss", "", (0, 1)),), levels=(level,))
    spec = outcome("t", ("step", "loss"), list(enumerate(losses)), "", look).spec()
    told = json.dumps(spec, ensure_ascii=False)
    assert all(word in told for word in must) and not any(word in told for word in never)


@pytest.mark.parametrize(
    ("plan", "must"),
    [
        ({"target": 1e9}, "at most 1e+09"),
        ({"target": -1.0}, ""),
        ({"rate": 1e-300, "patience": 2}, "no better held-out loss for 2 epochs"),
        ({"rate": 0.01, "patience": 2}, ""),
    ],
)
def test_why_a_run_stopped(plan: dict[str, Any], must: str) -> None:
    x = np.linspace(-1, 1, 20)[:, None]
    model = Sequential([Dense(1, initialiser="zeros")])
    run = train(model, x, 2 * x, validation=(x, 2 * x), epochs=4, optimiser="gd", **plan)
    run.run()
    assert (must in run.stopped) if must else not run.stopped


def test_every_sentence_is_tried_both_ways() -> None:
    assert {name for name, *_ in CASES} == set(EXPERIMENTS)


def test_the_spread_in_the_sentence_is_that_of_the_table() -> None:
    found = experiment("batches", draws=40)
    rows = [row["spread"] for row in found.where(how="measured")]
    power = np.polyfit(np.log([1, 4, 16, 64]), np.log(rows), 1)[0]
    said = re.search(r"power −([\d.]+)", found.finding)
    assert said is not None and float(said[1]) == pytest.approx(-power, rel=0.05)


def test_saturated_units_are_counted_as_by_hand() -> None:
    found = experiment("saturated-units", units=("tanh",), deviations=(0.1, 3.0), depth=4)
    random = np.random.default_rng(0)
    x = random.standard_normal((64, 32))
    for deviation in (0.1, 3.0):
        # The weights as the layers draw them: one after the other from the seed.
        drawn, h = np.random.default_rng(0), x
        for layer in range(1, 5):
            h = np.tanh(h @ (deviation * drawn.standard_normal((32, 32))).T)
            slope = 1 / np.cosh(np.arctanh(np.clip(h, -1 + 1e-16, 1 - 1e-16))) ** 2
            row = found.where(deviation=deviation, layer=layer)[0]
            assert row["saturated"] == pytest.approx((slope < SATURATED).mean(), abs=1e-12)
            assert row["median slope"] == pytest.approx(np.median(slope), rel=1e-4, abs=1e-9)
    assert "0 % are saturated, then" in found.finding and "median slope shrinks" in found.finding
    with pytest.raises(InputError, match="does not level off"):
        experiment("saturated-units", units=("gelu",))


@pytest.mark.parametrize(
    ("name", "given", "word"),
    [
        ("rates", {"steps": 0}, "whole number from 1"),
        ("rates", {"steps": 2.5}, "whole number from 1"),
        ("rates", {"chosen": ()}, "one or more"),
        ("rates", {"step": 3}, "takes chosen, steps, seed"),
        ("line", {"rate": float("nan")}, "Give a number"),
        ("line", {"seed": -1}, "from 0"),
        ("sigmoid-losses", {"target": 2}, "0 or 1"),
        ("gradient-flow", {"depth": 0}, "from 1"),
        ("overfitting", {"ways": ("prayer",)}, "L2 0.003"),
    ],
)
def test_what_an_experiment_cannot_take_is_refused(name: str, given: Any, word: str) -> None:
    with pytest.raises(InputError) as caught:
        experiment(name, **given)
    assert word in caught.value.allowed


def test_where_lines_end_is_a_table_of_its_own() -> None:
    found = experiment("rates", chosen=(0.1, 1.0), steps=3)
    assert [row[:2] for row in found.ends().rows] == [(0.1, 3), (1.0, 3)]
    alone = experiment("line", steps=3)
    assert alone.ends() is alone
    mean = experiment("zero-weights", scheme=Initialiser("he"), steps=2)
    assert mean.title == "Exclusive or, begun with he"
