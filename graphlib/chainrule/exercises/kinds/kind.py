"""What a kind of exercise has to offer, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.exercises.levels import Level
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.sheet import Answer
from chainrule.passes.places import Sum, Update
from chainrule.readings.document import Block


@dataclass(frozen=True, slots=True)
class Setting:
    """What a kind is told to write a task.

    Parameters
    ----------
    problem
        The problem.
    rng
        For choices of the kind's own.
    asked
        Cells that earlier tasks about the same problem ask already.
    later
        Gives the cells that later ones ask.
    """

    problem: Problem
    rng: np.random.Generator
    asked: frozenset[str] = frozenset()
    later: Callable[[], frozenset[str]] = frozenset

    @property
    def hidden(self) -> frozenset[str]:
        """Cells that are not printed, since some task asks them."""
        return self.asked | self.later()


Later = Callable[[], Iterable[Block]]
"""Makes blocks of a task."""


@dataclass(frozen=True, slots=True)
class Question:
    """A task as its kind writes it.

    Parameters
    ----------
    blocks
        What stands under the heading. What is dear to make is made once the problem is taken.
    answers
        The key, in working order.
    shown
        Cells whose numbers it prints although tasks may ask them.
    second
        For every answer that is no cell of the passes, what the second reading says of it.
    """

    blocks: tuple[Block | Later, ...]
    answers: tuple[Answer, ...]
    second: Mapping[str, Any] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()


Follow = Callable[[Problem, str, Callable[[str], float]], float | str | Sum | Update | None]
"""Works out a cell of a kind's own from somebody's numbers in other cells, which it asks by id.

Returns what should stand there, or the place that has it as its total; None for a cell that comes
from no other.
"""

Check = Callable[[Problem, Answer, str], tuple[bool, str]]
"""Compares what a student wrote with the key: whether it is right, and what is missing."""


def anything(problem: Problem) -> str:
    """Accept every problem that has inputs and steps."""
    return "" if problem.inputs and problem.steps else "it has no inputs"


def one_output(problem: Problem) -> str:
    """Accept problems with one output."""
    return anything(problem) or ("" if len(problem.outputs) == 1 else "it has several outputs")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exercise.

    Parameters
    ----------
    name
        Its name in recipes, on the command line and in files of answers.
    title
        Heading of a task of this kind.
    about
        What it trains, for lists of kinds.
    write
        Writes a task about a problem.
    fits
        Says why a problem is not for this kind; empty where it is.
    draft
        Draws a program at random, for a kind that needs one of its own; None for the usual ones.
    checks
        How answers are checked that are neither numbers nor formulas, by the answer's kind.
    follow
        What a cell of the kind's own should hold, given what somebody wrote in the others.
    """

    name: str
    title: str
    about: str
    write: Callable[[Setting], Question]
    fits: Callable[[Problem], str] = one_output
    draft: Callable[[Level, np.random.Generator], Draft] | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    follow: Follow | None = None
