"""A run by epochs: marks, rewinding, stopping and diverging."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.nn.building import Choices, prepared
from chainrule.nn.course import Course
from chainrule.nn.data import named


def course(**choices: object) -> Course:
    given = {"hidden": "3", "epochs": 6, "batch": 10, "seed": 4} | choices
    return Course(prepared(named("moons", count=40, seed=2), Choices(**given)))  # type: ignore[arg-type]


def test_a_mark_for_every_epoch_and_the_numbers_of_the_run() -> None:
    made = course()
    while not made.done:
        made.advance()
    assert [mark.epoch for mark in made.marks] == list(range(7))
    last = made.marks[-1]
    assert last.step == 6 * 3
    assert last.loss == made.run.loss()
    x, t = made.run.x, made.run.t
    p = last.parameters
    y = 1 / (1 + np.exp(-(np.tanh(x @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"])))
    assert last.loss == pytest.approx(float(np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))))
    assert last.scores["accuracy"] == np.mean((y > 0.5) == (t > 0.5))
    assert len(made.marks[0].flow) == len(last.flow) == 1


def test_the_flow_is_the_mean_adjoint_of_the_hidden_values() -> None:
    made = course(hidden="3-2")
    made.advance()
    x, t, p = made.run.x, made.run.t, made.marks[-1].parameters
    h1 = np.tanh(x @ p["W1"].T + p["b1"])
    h2 = np.tanh(h1 @ p["W2"].T + p["b2"])

    def loss(h: np.ndarray) -> np.ndarray:
        y = 1 / (1 + np.exp(-(h @ p["W3"].T + p["b3"])))
        return np.asarray(-t * np.log(y) - (1 - t) * np.log(1 - y))

    def layer_two(h: np.ndarray) -> np.ndarray:
        return np.tanh(h @ p["W2"].T + p["b2"])

    # By differences, one hidden value after the other.
    for flow, h, behind in (
        (made.marks[-1].flow[0], h1, layer_two),
        (made.marks[-1].flow[1], h2, np.array),
    ):
        slopes = []
        for unit in range(h.shape[1]):
            nudge = np.zeros_like(h)
            nudge[:, unit] = 1e-6
            slopes.append((loss(behind(h + nudge)) - loss(behind(h - nudge))) / 2e-6)
        assert flow == pytest.approx(float(np.abs(slopes).mean()), rel=1e-6)


def test_going_on_by_another_plan_takes_the_steps_of_that_plan() -> None:
    made = course(batch=None, optimiser="gd", rate=0.1, epochs=3)
    for _ in range(2):
        made.advance()
    before = made.marks[-1].parameters
    given = {"hidden": "3", "batch": None, "seed": 4, "optimiser": "gd", "rate": 0.7, "epochs": 5}
    other = Choices(**given)  # type: ignore[arg-type]
    made.go_on_with(prepared(made.prepared.data, other), "rate 0.7")
    assert (made.epochs, made.changes) == (5, [(2, "rate 0.7")])
    assert [mark.epoch for mark in made.marks] == [0, 1, 2]
    made.advance()
    gradient = made.run.gradients
    for name, numbers in made.marks[-1].parameters.items():
        assert before[name] - numbers == pytest.approx(0.7 * gradient[name], rel=1e-9)
    made.rewind(1)
    assert made.changes == []
    while not made.done:
        made.advance()
    assert made.marks[-1].epoch == 5


def test_the_same_plan_goes_on_as_if_nothing_had_been() -> None:
    one, other = course(optimiser="adam", dropout=0.2), course(optimiser="adam", dropout=0.2)
    one.advance()
    given = {
        "hidden": "3",
        "epochs": 6,
        "batch": 10,
        "seed": 4,
        "optimiser": "adam",
        "dropout": 0.2,
    }
    one.go_on_with(prepared(one.prepared.data, Choices(**given)))  # type: ignore[arg-type]
    for made in (one, other):
        while not made.done:
            made.advance()
    for name, numbers in other.marks[-1].parameters.items():
        assert (one.marks[-1].parameters[name] == numbers).all()


def test_an_edited_weight_is_told_and_gone_on_from() -> None:
    made = course()
    made.advance()
    before = made.marks[-1]
    made.edit("W1", (2, 0), -1.5)
    mark = made.marks[-1]
    assert (mark.epoch, len(made.marks)) == (1, 2)
    assert mark.parameters["W1"][2, 0] == -1.5
    others = np.ones((3, 2), dtype=bool)
    others[2, 0] = False
    assert (mark.parameters["W1"] == before.parameters["W1"])[others].all()
    assert mark.loss == made.run.loss() != before.loss
    ((epoch, words),) = made.changes
    assert epoch == 1 and words.startswith("W1[3,1] from ") and words.endswith(" to -1.5")
    made.advance()
    made.rewind(1)
    assert made.run.parameters["W1"][2, 0] == -1.5


def test_rewinding_and_going_on_is_the_same_run() -> None:
    made = course(optimiser="adam")
    for _ in range(6):
        made.advance()
    first = made.marks[-1]
    made.rewind(2)
    assert made.marks[-1].epoch == 2
    while not made.done:
        made.advance()
    for name, numbers in first.parameters.items():
        assert (made.marks[-1].parameters[name] == numbers).all()


def test_stopping_between_steps_loses_nothing() -> None:
    made, other = course(), course()
    answers = iter([False, True])
    made.advance(lambda: next(answers))
    assert (made.run.step, len(made.marks)) == (1, 1)
    while not made.done:
        made.advance()
    while not other.done:
        other.advance()
    assert made.marks[-1].loss == other.marks[-1].loss
    assert made.marks[1].flow == other.marks[1].flow


def test_diverging_is_told_and_keeps_what_was() -> None:
    data = named("line", count=20)
    made = Course(prepared(data, Choices(hidden="", optimiser="gd", rate=1e6, epochs=60)))
    while not made.done:
        made.advance()
    assert made.trouble is not None
    assert "step" in str(made.trouble)
    assert all(np.isfinite(mark.loss) for mark in made.marks)
    made.rewind(0)
    assert made.trouble is None


def test_too_much_to_keep_is_refused() -> None:
    with pytest.raises(InputError, match="too many to show"):
        course(hidden="200-200", epochs=2000)
