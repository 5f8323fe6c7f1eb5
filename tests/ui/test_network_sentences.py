"""Sentences of the page Networks, each also where it must say the opposite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from chainrule.nn.course import Mark
from chainrule.ui import network_work
from chainrule.ui.network_pictures import changes_words, flat_words, flow_words, sentence, way
from chainrule.ui.network_state import NetworkState
from chainrule.ui.network_work import Scene, data_of, quality

STATE = NetworkState(count=40, hidden="3-3", epochs=1)


def scene(**choices: object) -> Scene:
    state = replace(STATE, **choices)  # type: ignore[arg-type]
    return Scene.of(data_of(state, b"", None), state)


def mark(flow: tuple[float, ...] = (), **scores: float) -> Mark:
    return replace(scene().course.marks[0], flow=flow, scores=scores)


def neuron(fate: str, z: float, arriving: float, slope: float | None, count: int = 2) -> str:
    through = arriving * (1.0 if slope is None else slope)
    return sentence(fate, "tanh", z, arriving, through, count, slope)


@pytest.mark.parametrize(
    ("told", "must", "never"),
    [
        (neuron("", 0.5, 0.2, 0.5), "0.2 times the slope 0.5 is 0.1: it goes to the 2", "nothing"),
        (neuron("", 0.5, 0.2, None, 1), "0.2 of z goes to the weight,", "slope"),
        (neuron("", 0.5, 0.0, 0.5), "exactly 0, so for this point the 2 weights learn", "goes"),
        (neuron("saturated", 9.0, 0.2, 1e-4), "almost nothing passes, 2·10⁻⁵ is left", "goes"),
        (neuron("dead", -1.0, 0.2, 0.0), "not above 0, where tanh has the slope 0", "almost"),
        (neuron("dead", -1.0, 0.0, 0.0), "No adjoint arrives here", "not above"),
        (flat_words(["saturated", "", ""], 3), "1 of 3 hidden neurons is saturated for", "off"),
        (flat_words(["dead", "dead", ""], 3), "2 of 3 hidden neurons are switched off", "satur"),
        (flat_words(["dead", "saturated"], 2), "saturated; 1 of 2 hidden neurons is", "are"),
        (flow_words(mark((0.5, 0.0))), "h1 0.5, h2 0.", "h3"),
        (changes_words([(3, "rate 1"), (3, "l1 2"), (5, "rate 3")]), "3: rate 1 and l1 2; a", "4"),
    ],
)
def test_a_sentence_says_what_its_numbers_say(told: str, must: str, never: str) -> None:
    assert must in told and never not in told


def test_nothing_is_said_of_what_there_is_not() -> None:
    assert flat_words(["", ""], 2) == "" and flow_words(mark()) == ""
    assert way(scene(), mark(), None) == []


@pytest.mark.parametrize(
    ("flow", "other", "must", "never"),
    [
        ((0.01, 1.0), None, "From layer 2 back to 1 the mean |adjoint| shrinks to 0.01", "In B"),
        ((1.0, 0.01), None, "the mean |adjoint| grows 100-fold", "shrinks"),
        ((0.9, 1.0), None, "keeps about its size", "shrinks"),
        ((0.0, 0.0), None, "Every hidden layer receives exactly 0", "From layer"),
        ((math.inf, 1.0), None, "leaves all numbers", "grows"),
        ((1.0, 0.01), (0.01, 1.0), "grows 100-fold. In B it shrinks", "too"),
        ((1.0, 0.01), (0.0, 0.0), "In B every layer receives 0.", "In B it"),
    ],
)
def test_the_way_of_the_adjoints(
    flow: tuple[float, ...], other: tuple[float, ...] | None, must: str, never: str
) -> None:
    one = scene()
    told = " ".join(way(one, mark(flow), (one, mark(other)) if other else None))
    assert must in told and never not in told


def signal(last: float) -> Mapping[str, np.ndarray]:
    """Weights under which layer 1 varies, and layer 2 by `last` times as much or so."""
    learned = {**scene().course.marks[0].parameters}
    learned["W1"], learned["W2"] = np.eye(3, 2), last * np.eye(3)
    return learned


@pytest.mark.parametrize(
    ("last", "flow", "must"),
    [
        (1e-3, (0.01, 1.0), "Forwards the signal fades, too: over"),
        (1e-3, (1.0, 0.01), "Forwards the signal fades: over"),
        (1.0, (0.01, 1.0), ""),
    ],
)
def test_whether_the_signal_fades_forwards(last: float, flow: tuple[float, ...], must: str) -> None:
    one = scene()
    told = " ".join(way(one, replace(mark(flow), parameters=signal(last)), None))
    assert must in told and ("Forwards" in told) == bool(must)


@pytest.mark.parametrize(
    ("scores", "must", "never"),
    [
        ({"accuracy": 0.5}, "training <b>50.0 %</b>", "held"),
        ({"accuracy": 0.5, "held_out_loss": 1.0, "held_out_accuracy": 0.25}, "<b>25.0 %", "<b>50"),
        ({"r2": 0.5, "rmse": 2.0}, "RMSE <b>2</b>, R² 0.5", "worse"),
        ({"r2": -0.5, "rmse": 2.0}, "R² −0.5, worse than the mean", "accuracy"),
    ],
)
def test_how_good_a_network_is(scores: dict[str, float], must: str, never: str) -> None:
    told = quality(mark(**scores))
    assert must in told and never not in told


@pytest.mark.parametrize(
    ("choices", "must", "never"),
    [
        ({"loss": "mse"}, "mse on an output of sigmoid. Where the output is most wrong", "quiet"),
        ({}, "This run: bce on an output of sigmoid.", "most wrong"),
        ({"data": "line", "loss": "mse"}, "This run: mse on an output of linear.", "most wrong"),
        (
            {"data": "line", "formula": "J = (a x - t)^2", "learn": "a"},
            "the loss is the value of the formula itself",
            "on an output",
        ),
    ],
)
def test_whether_loss_and_unit_fit(choices: dict[str, str], must: str, never: str) -> None:
    told = network_work.losses(scene(**choices)).rpartition("<div")[2]
    assert must in told and never not in told
