"""A run by epochs: marks, rewinding, stopping and diverging."""

from __future__ import annotations

import math

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
    assert last.accuracy == np.mean((y > 0.5) == (t > 0.5))
    assert made.marks[0].gradients == ()
    assert len(last.gradients) == 2


def test_gradient_sizes_are_those_of_the_steps() -> None:
    made = course(batch=None, epochs=1, optimiser="gd", rate=0.1)
    before = made.marks[0].parameters
    made.advance()
    after = made.marks[1].parameters
    # One step of gradient descent: the gradient is the move over the rate.
    for layer in (1, 2):
        square = sum(
            float((((before[n] - after[n]) / 0.1) ** 2).sum()) for n in (f"W{layer}", f"b{layer}")
        )
        assert made.marks[1].gradients[layer - 1] == pytest.approx(math.sqrt(square), rel=1e-9)


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
    assert made.marks[1].gradients == other.marks[1].gradients


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
